package dev.afterimage.wal;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One share of the pages: full batches waiting in a bounded queue, and the right to do the oldest of them, which one thread has at a time. Taking a batch out and doing it happen under that right, so no
 * page's records overtake each other, whoever does them.
 */
final class RedoPartition {
    /** Batches that wait at most, for each partition. */
    static final int BATCHES = 4;

    private final ArrayBlockingQueue<RedoBatch> full = new ArrayBlockingQueue<>(BATCHES);
    private final ArrayBlockingQueue<RedoBatch> idle = new ArrayBlockingQueue<>(BATCHES + 2);
    private final AtomicBoolean taken = new AtomicBoolean();
    private final PageRedo redo;
    /** The batch being filled; of the thread that reads the log alone. */
    private RedoBatch open = new RedoBatch();

    RedoPartition(PageRedo redo) {
        this.redo = redo;
    }

    PageRedo redo() {
        return redo;
    }

    RedoBatch open() {
        return open;
    }

    /** Hands the open batch over and opens another; false if too many are waiting. */
    boolean handOver() {
        if (!full.offer(open)) {
            return false;
        }
        RedoBatch next = idle.poll();
        open = next == null ? new RedoBatch() : next;
        return true;
    }

    /**
     * Does the oldest batch that waits, unless another thread is at it.
     *
     * @return whether there was something to do for this thread
     */
    boolean doOne(RedoFailure failure) {
        if (full.isEmpty() || !taken.compareAndSet(false, true)) {
            return false;
        }
        try {
            RedoBatch batch = full.poll();
            if (batch == null) {
                return false;
            }
            apply(batch, failure);
            batch.clear();
            idle.offer(batch); // where there are enough, it is let go
            return true;
        } finally {
            taken.set(false);
        }
    }

    private void apply(RedoBatch batch, RedoFailure failure) {
        long lsn = 0;
        try {
            batch.foresee(redo);
            for (RedoRecord record = batch.next(); record != null; record = batch.next()) {
                if (failure.isSet()) {
                    return; // the pass is lost, and this page's records before these may be missing
                }
                lsn = record.lsn();
                redo.redo(record);
            }
        } catch (Throwable thrown) {
            failure.set(lsn, thrown);
        }
    }

    /** Whether everything that was handed over is done, and can be seen by the caller. Only whoever hands over may ask. */
    boolean isDone() {
        // In this order: a batch leaves the queue only while the right is taken, and the right is given back only after it was done.
        return full.isEmpty() && !taken.get();
    }
}
