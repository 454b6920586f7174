package dev.afterimage.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** The bytes of one file in memory, in segments that are allocated when they are first written; what was never written reads as zeros. */
final class MemoryFileBytes {
    static final int SEGMENT_BYTES = 64 << 10;

    private final MemoryDiskContents disk;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private byte @Nullable [][] segments = new byte[4][];
    private long size;
    private volatile int allocatedSegments;

    MemoryFileBytes(MemoryDiskContents disk) {
        this.disk = disk;
    }

    long size() {
        lock.readLock().lock();
        try {
            return size;
        } finally {
            lock.readLock().unlock();
        }
    }

    long allocatedBytes() {
        return (long) allocatedSegments * SEGMENT_BYTES;
    }

    int read(ByteBuffer target, long position) {
        lock.readLock().lock();
        try {
            int count = (int) Math.max(0, Math.min(target.remaining(), size - position));
            for (int done = 0; done < count; ) {
                int inSegment = (int) ((position + done) % SEGMENT_BYTES);
                int part = Math.min(count - done, SEGMENT_BYTES - inSegment);
                byte[] segment = segments[segmentOf(position + done)];
                if (segment == null) {
                    putZeros(target, part);
                } else {
                    target.put(segment, inSegment, part);
                }
                done += part;
            }
            return count;
        } finally {
            lock.readLock().unlock();
        }
    }

    private static void putZeros(ByteBuffer target, int count) {
        for (int i = 0; i < count; i++) {
            target.put((byte) 0);
        }
    }

    /** Room is found for all of it first, so a write that finds the disk full changes nothing. */
    void write(ByteBuffer source, long position) {
        int count = source.remaining();
        if (count == 0) {
            return;
        }
        long end = Math.addExact(position, count);
        lock.writeLock().lock();
        try {
            allocate(position, end);
            for (int done = 0; done < count; ) {
                int inSegment = (int) ((position + done) % SEGMENT_BYTES);
                int part = Math.min(count - done, SEGMENT_BYTES - inSegment);
                source.get(segments[segmentOf(position + done)], inSegment, part);
                done += part;
            }
            size = Math.max(size, end);
        } finally {
            lock.writeLock().unlock();
        }
    }

    void resize(long newSize) {
        lock.writeLock().lock();
        try {
            if (newSize < size) {
                cut(newSize);
            }
            grow(newSize);
            size = newSize;
        } finally {
            lock.writeLock().unlock();
        }
    }

    void preallocate(long atLeast) {
        lock.writeLock().lock();
        try {
            if (atLeast > 0) {
                allocate(0, atLeast);
            }
            size = Math.max(size, atLeast);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** What lies beyond the new end must read as zeros should the file grow again. */
    private void cut(long newSize) {
        int keep = segmentsFor(newSize);
        for (int i = keep; i < segments.length; i++) {
            if (segments[i] != null) {
                segments[i] = null;
                allocatedSegments--;
            }
        }
        int inSegment = (int) (newSize % SEGMENT_BYTES);
        if (inSegment != 0 && segments[keep - 1] != null) {
            Arrays.fill(segments[keep - 1], inSegment, SEGMENT_BYTES, (byte) 0);
        }
    }

    private void allocate(long start, long end) {
        grow(end);
        int first = segmentOf(start);
        int last = segmentOf(end - 1);
        int missing = 0;
        for (int i = first; i <= last; i++) {
            missing += segments[i] == null ? 1 : 0;
        }
        disk.checkRoom((long) missing * SEGMENT_BYTES);
        byte[][] fresh = new byte[missing][];
        try {
            for (int i = 0; i < missing; i++) {
                fresh[i] = new byte[SEGMENT_BYTES];
            }
        } catch (OutOfMemoryError heapFull) {
            throw disk.full((long) missing * SEGMENT_BYTES, heapFull);
        }
        for (int i = first; i <= last; i++) {
            if (segments[i] == null) {
                segments[i] = fresh[--missing];
                allocatedSegments++;
            }
        }
        assert missing == 0;
    }

    private void grow(long end) {
        int needed = segmentsFor(end);
        if (needed > segments.length) {
            segments = Arrays.copyOf(segments, Math.max(needed, Math.min(segments.length * 2, Integer.MAX_VALUE - 8)));
        }
    }

    private static int segmentsFor(long bytes) {
        return Math.toIntExact((bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES);
    }

    private static int segmentOf(long position) {
        return Math.toIntExact(position / SEGMENT_BYTES);
    }
}
