package dev.afterimage.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PageSpace;
import dev.afterimage.memory.OffHeapBytes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the pool of pages costs by itself: a page that is there, one that is not and for which another has to go, and the latch of a frame. Reading a page takes no time here. With {@code -t 2} on two threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BufferBenchmark {
    private static final int FRAMES = 4096;
    private static final int RESIDENT = FRAMES / 2;
    private static final int MISSED = 64 * FRAMES;

    private BufferPool pool;
    private PageSpace hits;
    private PageSpace misses;

    /** Made by JMH. */
    public BufferBenchmark() {
    }

    /** Makes the pool and fills it. */
    @Setup(Level.Iteration)
    public void fill() {
        pool = new BufferPool(Stores.PAGE_BYTES, PageHeader.BYTES, FRAMES);
        hits = new NoSpace("hits");
        misses = new NoSpace("misses");
        for (int page = 0; page < RESIDENT; page++) {
            pool.pin(hits, page).unpin();
        }
    }

    /** Lets go of it. */
    @TearDown(Level.Iteration)
    public void close() {
        pool.close();
    }

    /** What each thread has to itself. */
    @State(Scope.Thread)
    public static class Own {
        private static final AtomicInteger NEXT = new AtomicInteger();

        private final RandomNumbers random = new RandomNumbers(NEXT.getAndIncrement());

        /** Made by JMH. */
        public Own() {
        }
    }

    /** A page that is there. */
    @Benchmark
    public long hit(Own own) {
        Frame frame = pool.pin(hits, own.random.below(RESIDENT));
        long number = frame.usable().getLong(0);
        frame.unpin();
        return number;
    }

    /** A page that is not there, but for one time in sixty-four. */
    @Benchmark
    public long miss(Own own) {
        Frame frame = pool.pin(misses, own.random.below(MISSED));
        long number = frame.usable().getLong(0);
        frame.unpin();
        return number;
    }

    /** A page that is there, latched by this thread alone. */
    @Benchmark
    public long latch(Own own) {
        Frame frame = pool.pin(hits, own.random.below(RESIDENT));
        frame.latchExclusive();
        long number = frame.usable().getLong(0);
        frame.unlatchExclusive();
        frame.unpin();
        return number;
    }

    /** Pages that hold their number and are never written. */
    private record NoSpace(String name) implements PageSpace {
        @Override
        public void read(long number, OffHeapBytes page) {
            page.putLong(PageHeader.BYTES, number);
        }

        @Override
        public void write(long number, OffHeapBytes page) {
            throw new IllegalStateException("no page is changed here");
        }
    }
}
