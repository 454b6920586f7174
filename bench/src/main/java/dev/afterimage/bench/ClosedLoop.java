package dev.afterimage.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Threads that do an operation again and again, each the next as soon as the last is done, for a given time after a short run-up.
 *
 * <p>The clock is read once for each operation: the end of one is the beginning of the next, so each latency holds some 30 ns of clock and histogram.
 *
 * <p><b>Coordinated omission.</b> A thread that is held up begins its next operations later than callers would have who do not wait for each other, and those would have been held up, too. So afterwards, for
 * each thread, every latency longer than the thread's mean interval is joined by the latencies of the operations that would have begun, one mean interval after the other, while it was under way
 * ({@code Histogram.copyCorrectedForCoordinatedOmission}).
 */
final class ClosedLoop {
    private static final OperatingSystemMXBean PROCESS = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int DIGITS = 2;
    private static final int SHARED_HISTOGRAMS = 16;
    private static final long LATENCY_MAX_NANOS = 600_000_000_000L;
    /** A run-up of a fifth of the time: threads start, and take up from each other what they share. */
    private static final int RUN_UP = 5;
    private static final long LOOK_NANOS = 50_000_000;

    private final CountDownLatch ready;
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private long from;
    private long to;

    private ClosedLoop(int threads) {
        ready = new CountDownLatch(threads);
    }

    /** A histogram of latencies, good to one part in a hundred. */
    static Histogram histogram() {
        return new Histogram(LATENCY_MAX_NANOS, DIGITS);
    }

    /** Processor time of this process so far. */
    static long processorNanos() {
        return PROCESS.getProcessCpuTime();
    }

    /** Runs one operation for each lane, at least once each. */
    static Sample run(int threads, long nanos, IntFunction<Operation> operations) {
        ClosedLoop loop = new ClosedLoop(threads);
        List<Lane> lanes = new ArrayList<>();
        List<Thread> started = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            lanes.add(loop.new Lane(operations.apply(lane), new Latencies(histogram())));
            started.add(new Thread(lanes.get(lane), "lane-" + lane));
        }
        started.forEach(Thread::start);
        return loop.sample(lanes, nanos, () -> started.forEach(ClosedLoop::join));
    }

    /** The same, each lane a virtual thread. There may be thousands, so they share some histograms; what they allocate the virtual machine does not tell. */
    static Sample runVirtual(int threads, long nanos, IntFunction<Operation> operations) {
        ClosedLoop loop = new ClosedLoop(threads);
        List<Latencies> latencies = Stream.generate(() -> new Latencies(new AtomicHistogram(LATENCY_MAX_NANOS, DIGITS))).limit(SHARED_HISTOGRAMS).toList();
        List<Lane> lanes = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            lanes.add(loop.new Lane(operations.apply(lane), latencies.get(lane % SHARED_HISTOGRAMS)));
        }
        ExecutorService executor = VirtualThreads.executor();
        lanes.forEach(executor::execute);
        executor.shutdown();
        return loop.sample(lanes, nanos, () -> awaitEnd(executor));
    }

    private Sample sample(List<Lane> lanes, long nanos, Runnable join) {
        await(ready);
        from = System.nanoTime() + nanos / RUN_UP;
        to = from + nanos;
        go.countDown();
        sleepUntil(from);
        long processorFrom = processorNanos();
        long begin = System.nanoTime();
        sleepUntil(to);
        double processors = (double) (processorNanos() - processorFrom) / (System.nanoTime() - begin);
        join.run();
        if (failure.get() != null) {
            throw new IllegalStateException("an operation failed: " + failure.get(), failure.get());
        }
        return sum(lanes, processors);
    }

    private Sample sum(List<Lane> lanes, double processors) {
        long inTime = 0;
        long begun = 0;
        long allocated = 0;
        long end = to;
        Histogram latency = histogram();
        Histogram corrected = histogram();
        for (Lane lane : lanes) {
            inTime += lane.inTime;
            begun += lane.begun;
            allocated += lane.allocated;
            end = Math.max(end, lane.last);
            lane.latencies.nanos += lane.last - lane.first;
            lane.latencies.begun += lane.begun;
        }
        lanes.stream().map(lane -> lane.latencies).distinct().forEach(latencies -> {
            latency.add(latencies.histogram);
            corrected.add(latencies.histogram.copyCorrectedForCoordinatedOmission(Math.max(1, latencies.nanos / latencies.begun)));
        });
        // Time so short that no operation came to an end in it is stretched until one from each thread has.
        double perSecond = inTime > 0 ? inTime * 1e9 / (to - from) : begun * 1e9 / (end - from);
        return new Sample(perSecond, latency, corrected, processors * 1e9 / perSecond, (double) allocated / begun);
    }

    /** Sleeps, but not on when an operation has failed. */
    private void sleepUntil(long end) {
        for (long left = end - System.nanoTime(); left > 0 && failure.get() == null; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, LOOK_NANOS));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The latencies of one lane, or of several. */
    private static final class Latencies {
        private final Histogram histogram;
        private long nanos;
        private long begun;

        Latencies(Histogram histogram) {
            this.histogram = histogram;
        }
    }

    private final class Lane implements Runnable {
        private final Operation operation;
        private final Latencies latencies;
        private long first;
        private long last;
        private long inTime;
        private long begun;
        private long allocated;

        Lane(Operation operation, Latencies latencies) {
            this.operation = operation;
            this.latencies = latencies;
        }

        @Override
        public void run() {
            ready.countDown();
            ClosedLoop.await(go);
            try {
                long allocatedFrom = THREADS.getCurrentThreadAllocatedBytes();
                measure();
                allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedFrom;
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        }

        /** What ends in the time is counted, whenever it began; what is under way when the time ends is not, but its latency is one like others. */
        private void measure() throws IOException {
            first = System.nanoTime();
            last = first;
            do {
                operation.once();
                long now = System.nanoTime();
                if (now - from >= 0) {
                    latencies.histogram.recordValue(Math.min(LATENCY_MAX_NANOS, now - last));
                    if (now - to <= 0) {
                        inTime++;
                    }
                }
                begun++;
                last = now;
            } while (last - to < 0 && failure.get() == null);
        }
    }
}
