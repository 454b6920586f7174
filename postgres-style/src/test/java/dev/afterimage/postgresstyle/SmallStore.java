package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.util.Map;

import dev.afterimage.api.Durability;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.simulation.StillTasks;
import dev.afterimage.spitests.workbench.Workbench;

/** This strategy on the kit's workbench, with a small log, and pages whose number stands at offset 0 alone. */
final class SmallStore implements AutoCloseable {
    static final int PAGE_SIZE = Workbench.PAGE_SIZE;
    static final long STORE_ID = Workbench.STORE_ID;
    private static final Workbench.Setup SETUP = new Workbench.Setup(new PostgresStyleProvider(),
            Map.of("wal-segment-size", "256KiB", "max-wal-size", "1MiB", "wal-buffers", "64KiB"));

    final StillTasks tasks;
    final RecoveryStrategy strategy;
    final RecoveryReport report;
    private final Workbench bench;

    private SmallStore(Workbench bench) {
        this.bench = bench;
        tasks = bench.tasks();
        strategy = bench.strategy();
        report = bench.report();
    }

    static SmallStore create(Disk disk) {
        return create(disk, 64);
    }

    static SmallStore create(Disk disk, int frames) {
        return new SmallStore(SETUP.create(disk, frames, 0));
    }

    static SmallStore open(Disk disk) {
        return open(disk, 64);
    }

    static SmallStore open(Disk disk, int frames) {
        return new SmallStore(SETUP.open(disk, frames));
    }

    int failures() {
        return bench.failures();
    }

    int progressReports() {
        return bench.progressReports();
    }

    Transaction begin() {
        return new Transaction(bench.begin());
    }

    /** For threads that number their own. */
    Transaction begin(long id) {
        return new Transaction(bench.begin(id));
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
        bench.checkpoint();
    }

    /** Writes dirty pages home without a checkpoint, as the background writer would. */
    void writeHomes() {
        bench.writeHomes();
    }

    @Override
    public void close() {
        bench.close();
    }

    /** A strategy's transaction with methods for tests. */
    static final class Transaction {
        final StrategyTransaction inner;
        private final Workbench.Work work;

        private Transaction(Workbench.Work work) {
            this.work = work;
            inner = work.inner();
        }

        void create(long page, long value) {
            try (PageAccess access = inner.create(page)) {
                access.bytes().putLong(0, value);
                inner.changed(access, new OneRange(access, 0, Long.BYTES));
            }
        }

        void put(long page, int offset, long value) {
            work.put(page, offset, value);
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
            return work.get(page, offset);
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
            throw new UnsupportedOperationException("not asked for by this strategy, which keeps no before-images");
        }

        @Override
        public void copyAfter(int range, ByteBuffer target) {
            throw new UnsupportedOperationException("not asked for by this strategy, which copies after-bytes from its own pages");
        }
    }
}
