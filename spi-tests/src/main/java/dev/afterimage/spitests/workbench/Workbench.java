package dev.afterimage.spitests.workbench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGeneratorFactory;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;
import org.jspecify.annotations.Nullable;

/**
 * A strategy with as much of an engine as a test of its insides needs: it numbers transactions, notes changed bytes, before and after, and nothing else.
 *
 * <pre>{@code
 * Workbench.Setup setup = new Workbench.Setup(new MyStrategy(), Map.of("log-size", "1MiB"));
 * SimulatedDisk disk = new SimulatedDisk();
 * Workbench store = setup.create(disk, 64, 10);      // 64 frames of cache, pages 0 to 9
 * Workbench.Work loser = store.begin();
 * loser.put(3, 4711);
 * store.writeHomes();
 * try (Workbench recovered = setup.open(new SimulatedDisk(disk.asSynced()), 64)) {
 *     assertEquals(3, recovered.get(3));
 * }
 * }</pre>
 *
 * <p>Each page holds a number twice, at both ends ({@link #LAST}), so that a torn page shows. There are no locks: the test sees to it that no two unfinished
 * transactions touch one page, and may then use many threads. For tests of promises to users there is
 * {@link dev.afterimage.spitests.RecoveryStrategyConformance}, which puts the real engine on top.
 */
public final class Workbench implements AutoCloseable {
    /** Bytes of a page. */
    public static final int PAGE_SIZE = 4096;

    /** Where on a page the second copy of its number is; what a strategy keeps for itself must leave room for it, which 88 bytes or fewer do. */
    public static final int LAST = 4000;

    /** The number of every store that a workbench makes. */
    public static final long STORE_ID = 0x5EED;

    /** How many changes a transaction that recovery left unfinished takes back at a time. */
    private static final int CHANGES_AT_A_TIME = 3;

    private final StillTasks tasks = new StillTasks();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger progress = new AtomicInteger();
    private final RecoveryStrategy strategy;
    private final RecoveryReport report;
    private final AtomicLong nextId;

    private Workbench(Setup setup, Disk disk, boolean created, int frames, Map<String, String> options, @Nullable BackgroundTasks background) {
        RecoveryStrategyProvider provider = setup.provider;
        Map<String, String> given = new HashMap<>(setup.options);
        given.putAll(options);
        strategy = provider.open(new StrategyContext(disk, created, STORE_ID, PAGE_SIZE, (long) frames * PAGE_SIZE, Duration.ofMillis(100),
                StrategyOptions.of(provider.name(), provider.options(), given), new SteppedTime(), background == null ? tasks : background,
                RandomGeneratorFactory.of("L64X128MixRandom").create(disk.list().size()), new Events(failures, progress)));
        try {
            report = strategy.recover();
            for (RecoveredTransaction loser : strategy.recoveredTransactions()) {
                boolean done = false;
                while (!done) {
                    done = loser.rollBack(CHANGES_AT_A_TIME);
                }
            }
        } catch (Throwable t) {
            strategy.close();
            throw t;
        }
        nextId = new AtomicLong(report.highestTransactionId() + 1);
    }

    /**
     * Which strategy, and how it is set up unless a test wants something else.
     *
     * @param provider the strategy's door
     * @param options  by their names; small sizes let logs fill up and checkpoints come often
     */
    public record Setup(RecoveryStrategyProvider provider, Map<String, String> options) {
        /** A new store with pages 0 to {@code pages - 1}, each holding its number, in a cache of so many frames. */
        public Workbench create(Disk disk, int frames, int pages) {
            return create(disk, frames, pages, Map.of());
        }

        /** A new store with options that add to those of this set-up or replace them. */
        public Workbench create(Disk disk, int frames, int pages, Map<String, String> more) {
            Workbench made = new Workbench(this, disk, true, frames, more, null);
            if (pages > 0) {
                Work work = made.begin();
                for (int page = 0; page < pages; page++) {
                    work.create(page, page);
                }
                work.commit();
            }
            return made;
        }

        /** Opens the store that is on a disk: recovers it and takes back what recovery left to be rolled back. If that fails the strategy is closed, and what it threw is thrown. */
        public Workbench open(Disk disk, int frames) {
            return open(disk, frames, Map.of());
        }

        /** Opens it with options that add to those of this set-up or replace them. */
        public Workbench open(Disk disk, int frames, Map<String, String> more) {
            return new Workbench(this, disk, false, frames, more, null);
        }

        /** Opens it with background work other than the workbench's own, which stands still. */
        public Workbench open(Disk disk, int frames, Map<String, String> more, BackgroundTasks background) {
            return new Workbench(this, disk, false, frames, more, background);
        }
    }

    private record Events(AtomicInteger failures, AtomicInteger progressed) implements StrategyEvents {
        @Override
        public void recoveryProgress(RecoveryProgress progress) {
            assertTrue(progress.done() >= 0 && progress.done() <= progress.total(), progress::toString);
            progressed.incrementAndGet();
        }

        @Override
        public void failed(Throwable cause) {
            failures.incrementAndGet();
        }
    }

    /** The strategy itself. */
    public RecoveryStrategy strategy() {
        return strategy;
    }

    /** What recovery reported when this was opened. */
    public RecoveryReport report() {
        return report;
    }

    /** The strategy's background work, which runs when it is told to, unless it was opened with other. */
    public StillTasks tasks() {
        return tasks;
    }

    /** How often recovery said how far it was. */
    public int progressReports() {
        return progress.get();
    }

    /** How often the strategy said that it had failed. */
    public int failures() {
        return failures.get();
    }

    /** A new transaction. */
    public Work begin() {
        return begin(nextId.getAndIncrement());
    }

    /** A new transaction with a number that the caller gives out, each number once. */
    public Work begin(long id) {
        return new Work(id);
    }

    /** Changes a page in a transaction of its own, safe against power loss on return. */
    public void put(long page, long value) {
        Work work = begin();
        work.put(page, value);
        work.commit();
    }

    /** Creates a page that nobody looks at: its commit makes the log before it durable. */
    public void create(long page) {
        Work work = begin();
        work.create(page, page);
        work.commit();
    }

    /** What both ends of a page hold; -1 if it does not exist, -2 if they differ. */
    public long get(long page) {
        Work work = begin();
        try {
            return work.get(page);
        } finally {
            work.rollback();
        }
    }

    /** What {@link #get} says of pages 0 to {@code pages - 1}. */
    public Map<Long, Long> content(int pages) {
        Map<Long, Long> content = new TreeMap<>();
        for (long page = 0; page < pages; page++) {
            content.put(page, get(page));
        }
        return content;
    }

    /** Takes a checkpoint at full speed. */
    public void checkpoint() {
        strategy.checkpoint(CheckpointPace.IMMEDIATE);
    }

    /** Writes dirty pages home without a checkpoint, where the strategy has background work named "page writer". */
    public void writeHomes() {
        tasks.run("page writer");
    }

    @Override
    public void close() {
        strategy.close();
    }

    /** A transaction with methods for tests. */
    public final class Work {
        private final StrategyTransaction inner;

        private Work(long id) {
            inner = strategy.begin(id);
        }

        /** The strategy's transaction. */
        public StrategyTransaction inner() {
            return inner;
        }

        /** Creates a page that holds a number. */
        public void create(long page, long value) {
            try (PageAccess access = inner.create(page)) {
                set(access, value, 0, LAST);
            }
        }

        /** Changes both ends of a page, so that tearing it between makes neither the old page nor the new one. */
        public void put(long page, long value) {
            try (PageAccess access = inner.write(page)) {
                set(access, value, 0, LAST);
            }
        }

        /** Changes eight bytes at an offset of a page and nothing else: {@link #get(long)} then finds that the ends differ, unless the other one is changed too. */
        public void put(long page, int offset, long value) {
            try (PageAccess access = inner.write(page)) {
                set(access, value, offset);
            }
        }

        /** Adds to what a page holds. */
        public void add(long page, long amount) {
            put(page, get(page) + amount);
        }

        /** Changes every byte between a page's two numbers. */
        public void fill(long page, int value) {
            try (PageAccess access = inner.write(page)) {
                byte[] before = new byte[LAST - Long.BYTES];
                access.bytes().get(Long.BYTES, before, 0, before.length);
                access.bytes().fill(Long.BYTES, before.length, (byte) value);
                inner.changed(access, new Ranges(access, new int[] {Long.BYTES}, new byte[][] {before}));
            }
        }

        /** What both ends of a page hold; -1 if it does not exist, -2 if they differ. */
        public long get(long page) {
            try (PageAccess access = inner.read(page)) {
                long first = access.bytes().getLong(0);
                return first == access.bytes().getLong(LAST) ? first : -2;
            } catch (PageNotFoundException e) {
                return -1;
            }
        }

        /** What eight bytes at an offset of a page hold; -1 if the page does not exist. */
        public long get(long page, int offset) {
            try (PageAccess access = inner.read(page)) {
                return access.bytes().getLong(offset);
            } catch (PageNotFoundException e) {
                return -1;
            }
        }

        /** Commits; on return it is safe against power loss. */
        public void commit() {
            inner.commit(Durability.POWER_SAFE).await();
        }

        /** Takes all of it back. */
        public void rollback() {
            inner.rollback();
        }

        /** A change that the strategy refuses is taken off the page again, as the engine would. */
        private void set(PageAccess access, long value, int... offsets) {
            byte[][] before = new byte[offsets.length][Long.BYTES];
            for (int i = 0; i < offsets.length; i++) {
                access.bytes().get(offsets[i], before[i], 0, Long.BYTES);
                access.bytes().putLong(offsets[i], value);
            }
            try {
                inner.changed(access, new Ranges(access, offsets, before));
            } catch (RuntimeException e) {
                for (int i = 0; i < offsets.length; i++) {
                    access.bytes().put(offsets[i], before[i], 0, Long.BYTES);
                }
                throw e;
            }
        }
    }
}
