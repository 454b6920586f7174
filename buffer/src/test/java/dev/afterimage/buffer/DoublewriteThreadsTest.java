package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The doublewrite buffer beneath a pool of 16 frames")
@Timeout(120)
class DoublewriteThreadsTest {
    private static final int PAGE_SIZE = 512;
    private static final int PAGES = 64;
    private static final int THREADS = 6;
    private static final int ROUNDS = 6_000;
    private static final long STORE = 7;

    private final AtomicLong lsns = new AtomicLong();
    private final AtomicLong forced = new AtomicLong();
    private final PlainFile homeFile = new PlainFile("pages");
    private final PlainFile areaFile = new PlainFile("doublewrite");
    private final HomePages homes = new HomePages(homeFile, PAGE_SIZE, STORE, lsn -> forced.accumulateAndGet(lsn, Math::max));
    private final DoublewriteBuffer doublewrite =
            DoublewriteBuffer.create(areaFile, 2 * 5 * (512 + PAGE_SIZE), PAGE_SIZE, STORE, new FailureLatch(mock(StrategyEvents.class)));
    private final BufferPool pool = new BufferPool(PAGE_SIZE, PageHeader.BYTES, 16);
    private final AtomicLongArray expected = new AtomicLongArray(PAGES);

    @ParameterizedTest(name = "shows everybody the newest version of every page, and has it at home after a sync, with one write in {0} failing (0: none)")
    @ValueSource(ints = {0, 40})
    void newestVersions(int failing) throws Exception {
        doublewrite.guard(0, homes);
        homeFile.failing = failing;
        areaFile.failing = failing;
        AtomicInteger working = new AtomicInteger(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        List<Future<?>> results = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            SplittableRandom random = new SplittableRandom(thread);
            results.add(threads.submit(() -> {
                try {
                    for (int round = 0; round < ROUNDS; round++) {
                        unlessItFails(() -> increment(random.nextInt(PAGES)));
                    }
                } finally {
                    working.decrementAndGet();
                }
            }));
        }
        results.add(threads.submit(() -> {
            while (working.get() > 0) {
                unlessItFails(() -> {
                    pool.writeBackAll(homes, left -> true);
                    homes.sync();
                });
            }
        }));
        for (Future<?> result : results) {
            result.get();
        }
        threads.shutdown();
        homeFile.failing = 0;
        areaFile.failing = 0;
        pool.writeBackAll(homes, left -> true);
        homes.sync();
        HomePages direct = new HomePages(homeFile, PAGE_SIZE, STORE, WriteBarrier.NONE);
        OffHeapBytes page = pool.pin(homes, PAGES).page();
        for (int number = 0; number < PAGES; number++) {
            direct.read(number, page);
            assertEquals(expected.get(number), page.getLong(PageHeader.BYTES), "page " + number);
        }
        assertTrue(doublewrite.bytesWritten() > 0 && forced.get() > 0);
        pool.close();
    }

    private static void unlessItFails(Runnable work) {
        try {
            work.run();
        } catch (DiskException madeUp) {
            // Tried again by whoever comes next.
        }
    }

    private void increment(int number) {
        Frame frame = pool.pin(homes, number);
        try {
            frame.latchExclusive();
            try {
                long value = expected.get(number);
                OffHeapBytes page = frame.page();
                assertEquals(value, page.getLong(PageHeader.BYTES), "page " + number);
                assertEquals(value, page.getLong(PAGE_SIZE - Long.BYTES), "end of page " + number);
                long lsn = lsns.incrementAndGet();
                page.putLong(PageHeader.BYTES, value + 1);
                page.putLong(PAGE_SIZE - Long.BYTES, value + 1);
                PageHeader.setPageLsn(page, lsn);
                expected.set(number, value + 1);
                frame.markDirty(lsn);
            } finally {
                frame.unlatchExclusive();
            }
        } finally {
            frame.unpin();
        }
    }

    /** Bytes on the heap. A write of a home before the log was asked for is an offence. */
    private final class PlainFile implements DiskFile {
        private final ReentrantLock lock = new ReentrantLock();
        private final SplittableRandom faults = new SplittableRandom(1);
        private final String name;
        private byte[] bytes = new byte[0];
        volatile int failing;

        PlainFile(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            lock.lock();
            try {
                int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - position));
                target.put(bytes, (int) Math.min(position, bytes.length), count);
                return count;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void write(ByteBuffer source, long position) {
            lock.lock();
            try {
                if (failing > 0 && faults.nextInt(failing) == 0) {
                    throw new DiskException("made up");
                }
                if (name.equals("pages")) {
                    assertTrue(source.getLong(source.position()) <= forced.get(), "log before data");
                }
                preallocate(position + source.remaining());
                source.get(bytes, (int) position, source.remaining());
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void resize(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void preallocate(long size) {
            if (size > bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) size);
            }
        }

        @Override
        public void sync() {
            Thread.yield();
        }

        @Override
        public void syncData() {
            Thread.yield();
        }

        @Override
        public void close() {}
    }
}
