package dev.afterimage.buffer;

import dev.afterimage.spi.BackgroundTasks;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

public final class BufferPool implements AutoCloseable {
    public BufferPool(int pageSize, int headerBytes, int frames) {}

    public int pageSize() { throw new UnsupportedOperationException("soon"); }

    public int frames() { throw new UnsupportedOperationException("soon"); }

    public Frame pin(PageSpace space, long number) { throw new UnsupportedOperationException("soon"); }

    public Frame pinNew(PageSpace space, long number) { throw new UnsupportedOperationException("soon"); }

    public @Nullable Frame pinResident(PageSpace space, long number) { throw new UnsupportedOperationException("soon"); }

    public void writeBack(PageSpace space, long number) { throw new UnsupportedOperationException("soon"); }

    public long writeBackAll(PageSpace space, LongPredicate go) { throw new UnsupportedOperationException("soon"); }

    public void discard(PageSpace space, long number) { throw new UnsupportedOperationException("soon"); }

    public long oldestDirtyLsn(PageSpace space) { throw new UnsupportedOperationException("soon"); }

    public void writeBehind(BackgroundTasks tasks) { throw new UnsupportedOperationException("soon"); }

    public BufferStatistics statistics() { throw new UnsupportedOperationException("soon"); }

    @Override
    public void close() {}
}
