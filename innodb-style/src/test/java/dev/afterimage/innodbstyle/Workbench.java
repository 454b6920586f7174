package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGeneratorFactory;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;

/** The strategy with as much of an engine as a test needs: it notes changed bytes, before and after, and nothing else. */
final class Workbench implements AutoCloseable, StrategyEvents {
    static final int PAGE_SIZE = 4096;
    static final int LAST = 4000;

    final StillTasks tasks = new StillTasks();
    final RecoveryStrategy strategy;
    final RecoveryReport report;
    int failures;
    private long nextId;

    private Workbench(Disk disk, boolean created, int frames, Map<String, String> options, BackgroundTasks background) {
        InnodbProvider provider = new InnodbProvider();
        Map<String, String> given = new HashMap<>(Map.of("redo-log-capacity", "1MiB", "log-buffer-size", "256KiB", "doublewrite-size", "32KiB"));
        given.putAll(options);
        strategy = provider.open(new StrategyContext(disk, created, 0x5EED, PAGE_SIZE, (long) frames * PAGE_SIZE, Duration.ofMillis(100),
                StrategyOptions.of(provider.name(), provider.options(), given), new SteppedTime(), background == null ? tasks : background,
                RandomGeneratorFactory.of("L64X128MixRandom").create(disk.list().size()), this));
        try {
            report = strategy.recover();
            for (RecoveredTransaction loser : strategy.recoveredTransactions()) {
                boolean done = false;
                while (!done) {
                    done = loser.rollBack(3);
                }
            }
        } catch (Throwable t) {
            strategy.close();
            throw t;
        }
        nextId = report.highestTransactionId() + 1;
    }

    /** A new store with pages 0 to {@code pages - 1}, each holding its number at both ends. */
    static Workbench create(Disk disk, int frames, int pages, Map<String, String> options) {
        Workbench made = new Workbench(disk, true, frames, options, null);
        Work work = made.begin();
        for (int page = 0; page < pages; page++) {
            work.create(page, page);
        }
        work.commit();
        return made;
    }

    static Workbench create(Disk disk, int frames, int pages) {
        return create(disk, frames, pages, Map.of());
    }

    static Workbench open(Disk disk, int frames, Map<String, String> options) {
        return new Workbench(disk, false, frames, options, null);
    }

    /** With background work other than its own still tasks. */
    static Workbench open(Disk disk, int frames, Map<String, String> options, BackgroundTasks background) {
        return new Workbench(disk, false, frames, options, background);
    }

    static Workbench open(Disk disk, int frames) {
        return open(disk, frames, Map.of());
    }

    @Override
    public void recoveryProgress(RecoveryProgress progress) {
        assertTrue(progress.done() >= 0 && progress.done() <= progress.total(), progress::toString);
    }

    @Override
    public void failed(Throwable cause) {
        failures++;
    }

    Work begin() {
        return new Work(nextId++);
    }

    void put(long page, long value) {
        Work work = begin();
        work.put(page, value);
        work.commit();
    }

    /** Creates a page that nobody looks at: its commit makes the log before it durable. */
    void create(long page) {
        Work work = begin();
        work.create(page, page);
        work.commit();
    }

    /** What both ends of a page hold; -1 if it does not exist, -2 if they differ. */
    long get(long page) {
        Work work = begin();
        try {
            return work.get(page);
        } finally {
            work.inner.rollback();
        }
    }

    Map<Long, Long> content(int pages) {
        Map<Long, Long> content = new TreeMap<>();
        for (long page = 0; page < pages; page++) {
            content.put(page, get(page));
        }
        return content;
    }

    /** What transactions work with. */
    OpenStore store() {
        return ((InnodbStrategy) strategy).store();
    }

    UndoSpace undoSpace() {
        return store().undoSpace();
    }

    void checkpoint() {
        strategy.checkpoint(CheckpointPace.IMMEDIATE);
    }

    /** Writes dirty pages home without a checkpoint. */
    void writeHomes() {
        tasks.run("page writer");
    }

    @Override
    public void close() {
        strategy.close();
    }

    /** A transaction with methods for tests. */
    final class Work {
        final StrategyTransaction inner;

        private Work(long id) {
            inner = strategy.begin(id);
        }

        void create(long page, long value) {
            try (PageAccess access = inner.create(page)) {
                set(access, value);
            }
        }

        /** Changes both ends of a page, so that tearing it between makes neither the old page nor the new one. */
        void put(long page, long value) {
            try (PageAccess access = inner.write(page)) {
                set(access, value);
            }
        }

        void add(long page, long amount) {
            put(page, get(page) + amount);
        }

        /** Changes every byte of a page but the two numbers. */
        void fill(long page, int value) {
            try (PageAccess access = inner.write(page)) {
                byte[] before = new byte[LAST - 8];
                access.bytes().get(8, before, 0, before.length);
                access.bytes().fill(8, before.length, (byte) value);
                inner.changed(access, new Ranges(access, new int[] {8}, new byte[][] {before}));
            }
        }

        long get(long page) {
            try (PageAccess access = inner.read(page)) {
                long first = access.bytes().getLong(0);
                return first == access.bytes().getLong(LAST) ? first : -2;
            } catch (PageNotFoundException e) {
                return -1;
            }
        }

        void commit() {
            inner.commit(Durability.POWER_SAFE).await();
        }

        private void set(PageAccess access, long value) {
            byte[][] before = new byte[2][8];
            access.bytes().get(0, before[0], 0, 8);
            access.bytes().get(LAST, before[1], 0, 8);
            access.bytes().putLong(0, value);
            access.bytes().putLong(LAST, value);
            try {
                inner.changed(access, new Ranges(access, new int[] {0, LAST}, before));
            } catch (RuntimeException e) {
                access.bytes().put(0, before[0], 0, 8);
                access.bytes().put(LAST, before[1], 0, 8);
                throw e;
            }
        }
    }

    private record Ranges(PageAccess access, int[] offsets, byte[][] before) implements PageChange {
        @Override
        public long pageId() {
            return access.pageId();
        }

        @Override
        public int ranges() {
            return offsets.length;
        }

        @Override
        public int offset(int range) {
            return offsets[range];
        }

        @Override
        public int length(int range) {
            return before[range].length;
        }

        @Override
        public void copyBefore(int range, ByteBuffer target) {
            target.put(before[range]);
        }

        @Override
        public void copyAfter(int range, ByteBuffer target) {
            byte[] after = new byte[before[range].length];
            access.bytes().get(offsets[range], after, 0, after.length);
            target.put(after);
        }
    }
}
