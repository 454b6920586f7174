package dev.afterimage.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a transaction costs when no disk is waited for: pages in the cache, the disk in memory, durability {@code RELAXED}. Run it with {@code -prof gc} for the bytes of garbage of each. What a memory disk needs
 * to hold a growing log is counted among them, until the log has gone round once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TransferBenchmark {
    private static final int ACCOUNTS = 1_000;
    private static final int PAGES_READ = 10;
    private static final int ENTRY_BYTES = 64;

    /** Who is measured. */
    @Param({"undo-redo-aries", "postgres-style"})
    public String strategy;

    private PageStore store;
    private long[] accounts;

    /** Made by JMH. */
    public TransferBenchmark() {
    }

    /** Makes a store whose pages all stay in the cache. */
    @Setup(Level.Trial)
    public void open() {
        store = PageStores.open(StoreConfig.at("memory:transfer-" + strategy).strategy(strategy).cacheBytes(64L << 20).durability(Durability.RELAXED).build());
        accounts = new long[ACCOUNTS];
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts[i] = allocate();
        }
    }

    private long allocate() {
        try (Transaction transaction = store.begin()) {
            long id;
            try (WritablePage page = transaction.allocate()) {
                page.putLong(0, 1_000);
                id = page.id();
            }
            transaction.commit();
            return id;
        }
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() {
        store.close();
    }

    /** What each thread has of its own. */
    @State(Scope.Thread)
    public static class Teller {
        private final byte[] entry = new byte[ENTRY_BYTES];
        private SplittableRandom random;
        private long journal;
        private int written;

        /** Made by JMH. */
        public Teller() {
        }

        /** Gives it a journal. */
        @Setup(Level.Trial)
        public void begin(TransferBenchmark benchmark) {
            random = new SplittableRandom(Thread.currentThread().getId());
            journal = benchmark.allocate();
        }
    }

    /** Two pages changed by 8 bytes each, and 64 bytes written to a journal. */
    @Benchmark
    public void transfer(Teller teller) {
        int first = teller.random.nextInt(ACCOUNTS - 1);
        int second = first + 1 + teller.random.nextInt(ACCOUNTS - 1 - first);
        try (Transaction transaction = store.begin()) {
            add(transaction, accounts[first], -1);
            add(transaction, accounts[second], 1);
            try (WritablePage page = transaction.write(teller.journal)) {
                page.putBytes(teller.written++ % (page.size() / ENTRY_BYTES) * ENTRY_BYTES, teller.entry, 0, ENTRY_BYTES);
            }
            transaction.commit();
        }
    }

    private static void add(Transaction transaction, long account, long amount) {
        try (WritablePage page = transaction.write(account)) {
            page.putLong(0, page.getLong(0) + amount);
        }
    }

    /** Every thread changes the same page: what early lock release leaves of a hot page's cost. */
    @Benchmark
    @Threads(2)
    public void hotPage() {
        try (Transaction transaction = store.begin()) {
            add(transaction, accounts[0], 1);
            transaction.commit();
        }
    }

    /** A page read in a read-only transaction of ten. */
    @Benchmark
    @OperationsPerInvocation(PAGES_READ)
    public long read(Teller teller) {
        return readTen(teller);
    }

    /** The same beside another thread. */
    @Benchmark
    @Threads(2)
    @OperationsPerInvocation(PAGES_READ)
    public long readByTwo(Teller teller) {
        return readTen(teller);
    }

    private long readTen(Teller teller) {
        long sum = 0;
        try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            for (int i = 0; i < PAGES_READ; i++) {
                try (ReadablePage page = transaction.read(accounts[teller.random.nextInt(ACCOUNTS)])) {
                    sum += page.getLong(0);
                }
            }
            transaction.commit();
        }
        return sum;
    }

    /** A transaction that does nothing. */
    @Benchmark
    public void nothing() {
        try (Transaction transaction = store.begin()) {
            transaction.commit();
        }
    }
}
