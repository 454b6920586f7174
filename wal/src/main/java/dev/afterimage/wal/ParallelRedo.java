package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;

/**
 * Redo on several cores: pages are divided among partitions by their numbers, and each partition's records are done again in the order of the log, by one thread at a time.
 *
 * <pre>{@code
 * List<MyPageRedo> shares = new ArrayList<>();
 * try (LogReader reader = LogReader.openAgain(disk, settings, storeId, anchor, end);
 *         ParallelRedo redo = ParallelRedo.start(context.tasks(), threads, partition -> {
 *             MyPageRedo share = new MyPageRedo(pool, homes);     // counters and the like in its fields
 *             shares.add(share);
 *             return share;
 *         })) {
 *     while (reader.next()) {
 *         if (isAboutAPageThatNeedsIt(reader)) {
 *             redo.add(pageOf(reader.body()), 0, reader);         // may throw what redo of an earlier record threw
 *         }
 *     }
 *     redo.finish();                                              // everything is done, or this throws
 * }
 * shares.forEach(share -> ...);                                   // all that they did can be seen here
 * }</pre>
 *
 * <p><b>Why the result is the same whatever the number of threads.</b> A page belongs to one of {@value #PARTITIONS} partitions; a partition's records wait in batches, in the order in which they were added; only the thread that has taken the
 * partition takes the oldest batch out, and it does all of it before it lets go. What redo makes of a page depends on the page and its records alone, so nothing that threads do in between can matter. What
 * does depend on threads: in which order <em>different</em> pages are read, and sent home to make room.
 *
 * <p><b>Where the threads come from (rule N1).</b> All but the caller's are {@link BackgroundTasks} of the engine. They are never relied upon: until the first of them has turned up, the
 * caller's thread does each batch itself as soon as it is full; after that, the caller does batches itself whenever enough are waiting, and at the end. As there are as many partitions for any number of threads, redo runs exactly as on one
 * thread where background work stands still, as in the conformance kit, and its trace is the same on any machine.
 *
 * <p><b>Why batches, on one thread too.</b> A database that fits memory does not fit the processor's caches, and a record is about any page: redo that looks at one page after the other mostly waits for memory. So a
 * batch is gone through twice: the first time {@link PageRedo#foresee} only has its pages fetched, which many loads do at once; then the records are done.
 *
 * <p><b>Errors.</b> What a partition throws, an {@link Error} too, ends the pass: the caller gets it from the next {@link #add} that notices, at the latest from {@link #finish}. If several throw, it is that of the oldest record
 * among them. Nothing that was added behind it is promised to be done or not; a pass that threw has to be run again from the beginning.
 *
 * <p>Batches are few and small, {@value #BATCHES_PER_THREAD} for each thread and one more for each partition, of 32 KiB: the processor's caches hold them on their way from thread to thread. {@code add}, {@code finish} and {@code close} are for one thread, the same one that reads the log.
 */
public final class ParallelRedo implements AutoCloseable {
    /** Shares of the pages, whatever the number of threads: so what is done in which order, where one thread does all, does not depend on how many were asked for. */
    public static final int PARTITIONS = 8;

    /** Batches beside those being filled, for each thread: being done, or waiting. */
    private static final int BATCHES_PER_THREAD = 4;
    private static final int FRAMES_PER_THREAD = 4;
    /** How often an idle task looks, beside being woken. */
    private static final Duration PERIOD = Duration.ofSeconds(1);
    /** How long the caller sleeps where all it could do is being done by others. */
    private static final long NAP_NANOS = 20_000;
    /** Looks around that are cheaper than sleeping. */
    private static final int SPINS = 500;

    private final RedoFailure failure = new RedoFailure();
    private final RedoPartition[] partitions = new RedoPartition[PARTITIONS];
    /** Partitions with work that nobody is at. */
    private final Queue<RedoPartition> list = new ConcurrentLinkedQueue<>();
    private final Queue<RedoBatch> idle = new ConcurrentLinkedQueue<>();
    private final int batchesMax;
    private final BackgroundTask[] tasks;
    /** For each task, 1 while it has found nothing to do and waits to be woken. */
    private final AtomicIntegerArray resting;
    private final AtomicLong done = new AtomicLong();
    private long handedOver;
    private int batches;
    private volatile boolean turnedUp;
    private volatile boolean closed;

    private ParallelRedo(int threads, IntFunction<? extends PageRedo> redo) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            partitions[partition] = new RedoPartition(redo.apply(partition));
        }
        batchesMax = PARTITIONS + threads * BATCHES_PER_THREAD;
        tasks = new BackgroundTask[threads - 1];
        resting = new AtomicIntegerArray(threads - 1);
    }

    /**
     * How many threads to {@link #start} with.
     *
     * @param wanted what somebody asked for; 0 for one on each processor
     * @param frames frames of the buffer pool: each thread needs a few to work with
     */
    public static int threads(int wanted, int frames) {
        int most = wanted == 0 ? Runtime.getRuntime().availableProcessors() : wanted;
        return Math.max(1, Math.min(most, frames / FRAMES_PER_THREAD));
    }

    /**
     * Begins a pass.
     *
     * @param tasks the context's; asked for {@code threads - 1} tasks, which end with {@link #close()}
     * @param threads cores to use, the caller's included; 1 or more
     * @param redo makes each partition's share, called here and now with 0, 1, 2 and so on
     */
    public static ParallelRedo start(BackgroundTasks tasks, int threads, IntFunction<? extends PageRedo> redo) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected 1 or more, found " + threads);
        }
        ParallelRedo started = new ParallelRedo(threads, redo);
        try {
            for (int task = 0; task < threads - 1; task++) {
                int number = task;
                started.tasks[task] = tasks.repeat("redo " + (task + 1), PERIOD, () -> started.help(number));
                started.tasks[task].wake();
            }
        } catch (Throwable t) {
            started.close();
            throw t;
        }
        return started;
    }

    /**
     * Does the reader's record again, now or later; its bytes are copied.
     *
     * @param page the page it is about: what divides records among partitions
     * @param note any number, to be found in {@link RedoRecord#note()}
     * @param reader stands at the record
     * @throws RuntimeException what redo of this or of an earlier record threw
     */
    public void add(long page, long note, LogReader reader) {
        add(page, note, reader.lsn(), reader.type(), reader.transactionId(), reader.bytes(), reader.bodyAt(), reader.bodyBytes());
    }

    /** The same for a record that comes from elsewhere than a {@link LogReader}: a log of the strategy's own. */
    public void add(long page, long note, long lsn, int type, long transactionId, ByteBuffer bytes, int bodyAt, int bodyBytes) {
        RedoPartition partition = partitions[partitionOf(page)];
        RedoBatch open = partition.open();
        while (open == null || !open.add(page, note, lsn, type, transactionId, bytes, bodyAt, bodyBytes)) {
            handOver(partition);
            open = idleBatch();
            partition.open(open);
        }
    }

    /**
     * Waits until everything that was added is done.
     *
     * @throws RuntimeException what redo of any record threw
     */
    public void finish() {
        for (RedoPartition partition : partitions) {
            handOver(partition);
        }
        int looks = 0;
        while (done.get() < handedOver) {
            looks = doOne() ? 0 : pause(looks);
            failure.check();
        }
        failure.check();
    }

    /** Ends the tasks; what is not done yet is left undone. It throws nothing: what went wrong, {@link #finish} says. */
    @Override
    public void close() {
        closed = true;
        for (BackgroundTask task : tasks) {
            if (task != null) {
                task.close();
            }
        }
    }

    /** The partition's batch waits to be done from now on; or is done right here, where no task has turned up so far. */
    private void handOver(RedoPartition partition) {
        if (!partition.handOver(list)) {
            return;
        }
        handedOver++;
        if (turnedUp) {
            wakeOne();
        } else {
            doOne();
        }
        failure.check();
    }

    /** A batch to be filled; the caller lends a hand until there is one. */
    private RedoBatch idleBatch() {
        int looks = 0;
        for (;;) {
            RedoBatch batch = idle.poll();
            if (batch != null) {
                return batch;
            }
            if (batches < batchesMax) {
                batches++;
                return new RedoBatch();
            }
            looks = doOne() ? 0 : pause(looks);
            failure.check();
        }
    }

    /** Does one batch; false if there is none that nobody is at. */
    private boolean doOne() {
        RedoBatch given = null;
        while (given == null) {
            RedoPartition partition = list.poll();
            if (partition == null) {
                return false;
            }
            given = partition.doOne(list, failure);
        }
        idle.add(given);
        done.incrementAndGet();
        return true;
    }

    /** Others are at all there is; they finish a batch soon, unless they wait for the disk. */
    private int pause(int looks) {
        if (looks < SPINS) {
            Thread.onSpinWait();
            return looks + 1;
        }
        LockSupport.parkNanos(this, NAP_NANOS);
        return looks;
    }

    private void wakeOne() {
        for (int task = 0; task < tasks.length; task++) {
            if (resting.get(task) == 1 && resting.compareAndSet(task, 1, 0)) {
                tasks[task].wake();
                return;
            }
        }
    }

    /** What a task does each time it runs: batches, until it finds none for a while. Never throws. */
    private void help(int task) {
        turnedUp = true;
        int looks = 0;
        while (!closed && !failure.isSet()) {
            if (doOne()) {
                looks = 0;
            } else if (looks < SPINS) {
                Thread.onSpinWait();
                looks++;
            } else {
                // Said first, looked for afterwards: whoever hands a batch over in between either sees it said, or has its batch seen.
                resting.set(task, 1);
                if (!doOne()) {
                    return;
                }
                resting.set(task, 0);
                looks = 0;
            }
        }
    }

    private static int partitionOf(long page) {
        return (int) ((page * 0x9E3779B97F4A7C15L >>> 32) * PARTITIONS >>> 32);
    }
}
