package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGeneratorFactory;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;

/** The strategy with as much of an engine as a test needs: it notes changed ranges, and nothing else. */
final class SmallStore implements AutoCloseable, StrategyEvents {
    static final int PAGE_SIZE = 4096;
    static final long STORE_ID = 0x5EED;
    static final Map<String, String> SMALL_SEGMENTS = Map.of("wal-segment-size", "256KiB", "max-wal-size", "1MiB", "wal-buffers", "64KiB");

    final StillTasks tasks = new StillTasks();
    final SteppedTime time = new SteppedTime();
    final List<Throwable> failures = new ArrayList<>();
    final List<RecoveryProgress> progress = new ArrayList<>();
    final RecoveryStrategy strategy;
    final RecoveryReport report;
    private long nextId;

    private SmallStore(Disk disk, boolean created, int frames, Map<String, String> options) {
        PostgresStyleProvider provider = new PostgresStyleProvider();
        Map<String, String> given = new HashMap<>(SMALL_SEGMENTS);
        given.putAll(options);
        strategy = provider.open(new StrategyContext(disk, created, STORE_ID, PAGE_SIZE, (long) frames * PAGE_SIZE, Duration.ofMillis(100),
                StrategyOptions.of(provider.name(), provider.options(), given), time, tasks, RandomGeneratorFactory.of("L64X128MixRandom").create(disk.list().size()), this));
        try {
            report = strategy.recover();
        } catch (Throwable t) {
            strategy.close();
            throw t;
        }
        nextId = report.highestTransactionId() + 1;
    }

    static SmallStore create(Disk disk) {
        return create(disk, 64);
    }

    static SmallStore create(Disk disk, int frames) {
        return new SmallStore(disk, true, frames, Map.of());
    }

    static SmallStore open(Disk disk) {
        return open(disk, 64);
    }

    static SmallStore open(Disk disk, int frames) {
        return new SmallStore(disk, false, frames, Map.of());
    }

    @Override
    public void recoveryProgress(RecoveryProgress far) {
        progress.add(far);
    }

    @Override
    public void failed(Throwable cause) {
        failures.add(cause);
    }

    Transaction begin() {
        return new Transaction(nextId++);
    }

    /** For threads that number their own. */
    Transaction begin(long id) {
        return new Transaction(id);
    }

    /** One transaction that creates a page with a value, committed safely. */
    void create(long page, long value) {
        Transaction transaction = begin();
        transaction.create(page, value);
        transaction.commit(Durability.POWER_SAFE).await();
    }

    /** One transaction that writes a value at offset 0 of a page, committed safely. */
    void put(long page, long value) {
        Transaction transaction = begin();
        transaction.put(page, 0, value);
        transaction.commit(Durability.POWER_SAFE).await();
    }

    /** The value at an offset of a page, -1 if there is no such page. */
    long get(long page, int offset) {
        Transaction transaction = begin();
        try {
            return transaction.get(page, offset);
        } finally {
            transaction.rollback();
        }
    }

    long get(long page) {
        return get(page, 0);
    }

    void checkpoint() {
        strategy.checkpoint(CheckpointPace.IMMEDIATE);
    }

    /** Writes dirty pages home without a checkpoint, as the background writer would. */
    void writeHomes() {
        tasks.run("page writer");
    }

    @Override
    public void close() {
        strategy.close();
    }

    /** A strategy's transaction with methods for tests. */
    final class Transaction {
        final StrategyTransaction inner;

        private Transaction(long id) {
            inner = strategy.begin(id);
        }

        void create(long page, long value) {
            try (PageAccess access = inner.create(page)) {
                set(access, 0, value);
            }
        }

        void put(long page, int offset, long value) {
            try (PageAccess access = inner.write(page)) {
                set(access, offset, value);
            }
        }

        /** Changes every byte of a page. */
        void fill(long page, int value) {
            try (PageAccess access = inner.write(page)) {
                access.bytes().fill(0, access.bytes().length(), (byte) value);
                inner.changed(access, new OneRange(access, 0, access.bytes().length()));
            }
        }

        /** Fills a page with one long, over and over. */
        void fillWith(long page, long value) {
            try (PageAccess access = inner.write(page)) {
                for (int at = 0; at + Long.BYTES <= access.bytes().length(); at += Long.BYTES) {
                    access.bytes().putLong(at, value);
                }
                inner.changed(access, new OneRange(access, 0, access.bytes().length()));
            }
        }

        void add(long page, long amount) {
            put(page, 0, get(page, 0) + amount);
        }

        long get(long page, int offset) {
            try (PageAccess access = inner.read(page)) {
                return access.bytes().getLong(offset);
            } catch (PageNotFoundException e) {
                return -1;
            }
        }

        void discard(long page) {
            inner.discard(page);
        }

        CommitTicket commit(Durability level) {
            return inner.commit(level);
        }

        void rollback() {
            inner.rollback();
        }

        private void set(PageAccess access, int offset, long value) {
            access.bytes().putLong(offset, value);
            inner.changed(access, new OneRange(access, offset, Long.BYTES));
        }
    }

    private record OneRange(PageAccess access, int from, int bytes) implements PageChange {
        @Override
        public long pageId() {
            return access.pageId();
        }

        @Override
        public int ranges() {
            return 1;
        }

        @Override
        public int offset(int range) {
            return from;
        }

        @Override
        public int length(int range) {
            return bytes;
        }

        @Override
        public void copyBefore(int range, ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void copyAfter(int range, ByteBuffer target) {
            throw new UnsupportedOperationException("not asked for by this strategy");
        }
    }
}
