package dev.afterimage.shadowpaging;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.memory.DirectBuffers;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/**
 * The slots of the file {@code pages}: slot {@code s} is the bytes from {@code s * pageSize} on.
 *
 * <p>Every read is checked against {@link ExpectedChecksums}, a reload after an eviction too, so whatever is in the pool is right. Safe for many threads.
 */
final class SlotSpace implements PageSpace {
    private final DiskFile file;
    private final int pageSize;
    private final ExpectedChecksums expected;
    private final DirectBuffers buffers;
    private final LongAdder bytesWritten = new LongAdder();

    SlotSpace(DiskFile file, int pageSize, ExpectedChecksums expected) {
        this.file = file;
        this.pageSize = pageSize;
        this.expected = expected;
        buffers = new DirectBuffers(pageSize);
    }

    @Override
    public String name() {
        return file.name();
    }

    /** Reads a slot; what to expect there has been said. */
    @Override
    public void read(long slot, OffHeapBytes page) {
        ByteBuffer buffer = buffers.take();
        try {
            int bytes = file.read(buffer, slot * pageSize);
            if (bytes < pageSize) {
                throw new StoreDamagedException(name() + ": expected " + pageSize + " bytes in slot " + slot + ", found " + bytes
                        + ": the file is shorter than its page table says; restore the store from a backup");
            }
            int found = SlotChecksum.of(buffer.flip());
            int right = expected.of(slot);
            if (found != right) {
                throw new StoreDamagedException(String.format("%s: slot %d fails its checksum: expected %08x, found %08x; "
                        + "the bytes are not those that were synced there; restore the store from a backup", name(), slot, right, found));
            }
            page.put(0, buffer.rewind());
        } finally {
            buffers.give(buffer);
        }
    }

    /** Writes a slot that no durable table reaches, and notes its checksum. */
    @Override
    public void write(long slot, OffHeapBytes page) {
        ByteBuffer buffer = buffers.take();
        try {
            // Sums up the copy that is written, not the frame: its owner may be changing that (see ShadowPage), and then will have it written again.
            page.get(0, buffer);
            summedUp(slot, buffer.flip());
            write(slot, 1, buffer.rewind());
        } finally {
            buffers.give(buffer);
        }
    }

    /** Notes the checksum of bytes that are about to be written to a slot; moves their position to their limit. */
    void summedUp(long slot, ByteBuffer bytes) {
        expected.written(slot, SlotChecksum.of(bytes));
    }

    /** Writes slots that lie beside each other, and that no durable table reaches; they are {@link #summedUp}. */
    void write(long first, int count, ByteBuffer bytes) {
        assert bytes.remaining() == count * pageSize;
        file.write(bytes, first * pageSize);
        bytesWritten.add((long) count * pageSize);
    }

    /** Bytes of a slot. */
    int pageSize() {
        return pageSize;
    }

    /** Makes all that was written durable, and the length of the file. */
    void sync() {
        file.syncData();
    }

    /** Bytes written since it was opened. */
    long bytesWritten() {
        return bytesWritten.sum();
    }
}
