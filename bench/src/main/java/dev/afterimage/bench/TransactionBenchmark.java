package dev.afterimage.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What transactions cost without a disk: the store lies in memory, all its pages are in the cache, and commits wait for nothing. Every step is here through the api, for the parts of the engine are nobody else's; the cost of one is
 * the difference of two: a page lock that of {@link #readOne} and {@link #empty}, a captured range that of {@link #writeSixteenRanges} and {@link #writeOne}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TransactionBenchmark {
    private static final int PAGES = 4096;
    private static final int READS = 10;
    private static final int ENTRY_BYTES = 64;
    private static final int RANGE_STRIDE = 128;

    /** The strategy. */
    @Param({"undo-redo-aries", "postgres-style", "innodb-style", "shadow-paging"})
    public String strategy;

    private PageStore store;
    private long[] pages;

    /** Made by JMH. */
    public TransactionBenchmark() {
    }

    /** Makes the store. */
    @Setup(Level.Trial)
    public void open() {
        StoreConfig.Builder config = StoreConfig.at("memory:transactions-" + strategy).strategy(strategy).cacheBytes(Stores.cacheFor(PAGES)).durability(Durability.RELAXED);
        Stores.limitLog(config, strategy, Stores.LOG_BYTES);
        store = PageStores.open(config.build());
        pages = BulkLoad.load(store, PAGES, ClosedLoop.histogram());
    }

    /** Lets go of it. */
    @TearDown(Level.Trial)
    public void close() {
        store.close();
    }

    /** What each thread has to itself. */
    @State(Scope.Thread)
    public static class Own {
        private static final AtomicInteger NEXT = new AtomicInteger();

        private final int number = NEXT.getAndIncrement();
        private final RandomNumbers random = new RandomNumbers(number);
        private final byte[] entry = new byte[ENTRY_BYTES];

        /** Made by JMH. */
        public Own() {
        }
    }

    /** Begin and commit of a transaction that does nothing. */
    @Benchmark
    public void empty() {
        try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            transaction.commit();
        }
    }

    /** One page is locked and read. */
    @Benchmark
    public long readOne(Own own) {
        return read(own, 1);
    }

    /** Ten pages are. */
    @Benchmark
    public long readTen(Own own) {
        return read(own, READS);
    }

    private long read(Own own, int count) {
        long sum = 0;
        try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            for (int i = 0; i < count; i++) {
                try (ReadablePage page = transaction.read(pages[own.random.below(PAGES)])) {
                    sum += page.getLong(0);
                }
            }
            transaction.commit();
        }
        return sum;
    }

    /** One page is locked and written: 8 bytes at one place. */
    @Benchmark
    public void writeOne(Own own) {
        write(own, 1);
    }

    /** One page is locked and written: 8 bytes at each of sixteen places, each a range that is noted. */
    @Benchmark
    public void writeSixteenRanges(Own own) {
        write(own, 16);
    }

    private void write(Own own, int ranges) {
        try (Transaction transaction = store.begin()) {
            try (WritablePage page = transaction.write(pages[own.random.below(PAGES)])) {
                for (int i = 0; i < ranges; i++) {
                    page.putLong(i * RANGE_STRIDE, own.random.next());
                }
            }
            transaction.commit();
        }
    }

    /** The transfer of the side-by-side harness: 8 bytes on each of two pages, 64 on a third. */
    @Benchmark
    public void transfer(Own own) {
        int low = own.random.below(PAGES / 2 - 1);
        int high = low + 1 + own.random.below(PAGES / 2 - low - 1);
        try (Transaction transaction = store.begin()) {
            add(transaction, low, -1);
            add(transaction, high, 1);
            try (WritablePage page = transaction.write(pages[PAGES / 2 + own.number % (PAGES / 2)])) {
                page.putBytes(own.random.below(page.size() / ENTRY_BYTES) * ENTRY_BYTES, own.entry, 0, ENTRY_BYTES);
            }
            transaction.commit();
        }
    }

    private void add(Transaction transaction, int index, long amount) {
        try (WritablePage page = transaction.write(pages[index])) {
            page.putLong(0, page.getLong(0) + amount);
        }
    }

    /** One page is written, and all is rolled back. */
    @Benchmark
    public void rollback(Own own) {
        try (Transaction transaction = store.begin()) {
            add(transaction, own.random.below(PAGES), 1);
            transaction.rollback();
        }
    }
}
