package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * A space in memory that trusts the pool in nothing: it notices a page that is read and written at the same time, or written twice at the same time, and counts
 * all calls. Hooks let a test stop inside a read or a write, or fail it.
 */
final class SuspiciousSpace implements PageSpace {
    private final String name;
    private final ConcurrentHashMap<Long, byte[]> disk = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, AtomicInteger> busy = new ConcurrentHashMap<>();

    final AtomicLong reads = new AtomicLong();
    final AtomicLong writes = new AtomicLong();
    final AtomicLong offences = new AtomicLong();

    volatile LongConsumer onRead = number -> { };
    volatile LongConsumer onWrite = number -> { };

    SuspiciousSpace(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void read(long number, OffHeapBytes page) {
        enter(number);
        try {
            reads.incrementAndGet();
            onRead.accept(number);
            byte[] bytes = disk.get(number);
            if (bytes == null) {
                page.fill(0, page.length(), (byte) 0);
            } else {
                page.put(0, bytes, 0, bytes.length);
            }
        } finally {
            leave(number);
        }
    }

    @Override
    public void write(long number, OffHeapBytes page) {
        enter(number);
        try {
            writes.incrementAndGet();
            byte[] bytes = new byte[page.length()];
            page.get(0, bytes, 0, bytes.length);
            onWrite.accept(number);
            byte[] after = new byte[page.length()];
            page.get(0, after, 0, after.length);
            if (!java.util.Arrays.equals(bytes, after)) {
                offences.incrementAndGet();
            }
            disk.put(number, bytes);
        } finally {
            leave(number);
        }
    }

    private void enter(long number) {
        if (busy.computeIfAbsent(number, n -> new AtomicInteger()).getAndIncrement() != 0) {
            offences.incrementAndGet();
        }
    }

    private void leave(long number) {
        busy.get(number).decrementAndGet();
    }

    /** First long of the page on the disk; 0 if it was never written. */
    long durable(long number) {
        byte[] bytes = disk.get(number);
        return bytes == null ? 0 : java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Puts a page on the disk that holds one number in its first long. */
    void putDurable(long number, int pageSize, long first) {
        disk.put(number, java.nio.ByteBuffer.allocate(pageSize).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(first).array());
    }
}
