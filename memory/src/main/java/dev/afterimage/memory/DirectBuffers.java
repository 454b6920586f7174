package dev.afterimage.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A pool of direct buffers for input and output, all of one size.
 *
 * <pre>{@code
 * ByteBuffer buffer = buffers.take();
 * try {
 *     file.read(buffer, position);
 * } finally {
 *     buffers.give(buffer);
 * }
 * }</pre>
 *
 * <p>Safe for many threads, without a lock and without garbage once warm. No {@link ThreadLocal}: with virtual threads that would keep one buffer per
 * thread that ever came by. A take finds an idle buffer or allocates one; a give keeps it, or lets it go where {@value #SLOTS} are idle already.
 */
public final class DirectBuffers {
    private static final int SLOTS = 32;

    private final int bytes;
    private final AtomicReferenceArray<ByteBuffer> idle = new AtomicReferenceArray<>(SLOTS);

    /**
     * An empty pool.
     *
     * @param bytes capacity of each buffer, at least 1
     */
    public DirectBuffers(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes: expected at least 1, found " + bytes);
        }
        this.bytes = bytes;
    }

    /** Capacity of each buffer in bytes. */
    public int bytes() {
        return bytes;
    }

    /** A buffer for the caller alone: cleared, little-endian; what it holds is undefined. */
    public ByteBuffer take() {
        int first = firstSlot();
        for (int i = 0; i < SLOTS; i++) {
            int slot = (first + i) % SLOTS;
            // Looking before swapping keeps takers of an empty pool from fighting over its cache lines.
            if (idle.getPlain(slot) != null) {
                ByteBuffer buffer = idle.getAndSet(slot, null);
                if (buffer != null) {
                    return buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
                }
            }
        }
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Gives a buffer back; the caller must not touch it again.
     *
     * @throws IllegalArgumentException if the buffer cannot be one of this pool
     */
    public void give(ByteBuffer buffer) {
        if (!buffer.isDirect() || buffer.isReadOnly() || buffer.capacity() != bytes) {
            throw new IllegalArgumentException("expected a direct buffer of " + bytes + " bytes that take() returned, found " + buffer);
        }
        assert !isIdle(buffer) : "this buffer was given back twice";
        int first = firstSlot();
        for (int i = 0; i < SLOTS; i++) {
            int slot = (first + i) % SLOTS;
            if (idle.getPlain(slot) == null && idle.compareAndSet(slot, null, buffer)) {
                return;
            }
        }
    }

    /** Threads start looking at different slots, so that they rarely meet. */
    private static int firstSlot() {
        return (int) (Thread.currentThread().getId() * 7 % SLOTS);
    }

    private boolean isIdle(ByteBuffer buffer) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (idle.get(slot) == buffer) {
                return true;
            }
        }
        return false;
    }
}
