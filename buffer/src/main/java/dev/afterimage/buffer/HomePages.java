package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskFile;

public final class HomePages implements PageSpace, AutoCloseable {
    public HomePages(DiskFile file, int pageSize, WriteBarrier barrier) {}

    /** With the store's id in every checksum. */
    public HomePages(DiskFile file, int pageSize, long storeId, WriteBarrier barrier) {}

    @Override
    public String name() { throw new UnsupportedOperationException("soon"); }

    @Override
    public void read(long number, OffHeapBytes page) { throw new UnsupportedOperationException("soon"); }

    /** False where the page is torn or rotten; its bytes are then zeros. */
    public boolean readForRedo(long number, OffHeapBytes page) { throw new UnsupportedOperationException("soon"); }

    @Override
    public void write(long number, OffHeapBytes page) { throw new UnsupportedOperationException("soon"); }

    public void reserve(long pageNumber) { throw new UnsupportedOperationException("soon"); }

    public void sync() { throw new UnsupportedOperationException("soon"); }

    @Override
    public void close() {}
}
