package dev.afterimage.wal;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * One share of the pages: the batch being filled, and full ones that wait in the order of the log. While any wait, the partition is listed once among those that have work; whoever takes it from the list has it alone until it
 * puts it back. So no page's records overtake each other, whoever does them.
 */
final class RedoPartition {
    private final Queue<RedoBatch> full = new ConcurrentLinkedQueue<>();
    /** Whether it is listed, or somebody who took it from the list is at it. */
    private final AtomicBoolean listed = new AtomicBoolean();
    private final PageRedo redo;
    /** The batch being filled; of the thread that reads the log alone. */
    private @Nullable RedoBatch open;

    RedoPartition(PageRedo redo) {
        this.redo = redo;
    }

    @Nullable RedoBatch open() {
        return open;
    }

    void open(RedoBatch batch) {
        open = batch;
    }

    /** Lets the open batch wait to be done; false if there is none. */
    boolean handOver(Queue<RedoPartition> list) {
        RedoBatch handed = open;
        if (handed == null) {
            return false;
        }
        open = null;
        full.add(handed);
        listIfFree(list);
        return true;
    }

    /**
     * Does the oldest batch that waits; for the one that took it from the list.
     *
     * @return that batch, empty; null if none waited: others did them after this thread, or another, had seen one and before it listed the partition
     */
    @Nullable RedoBatch doOne(Queue<RedoPartition> list, RedoFailure failure) {
        RedoBatch batch = full.poll();
        if (batch != null) {
            apply(batch, failure);
            batch.clear();
        }
        // In this order: a batch that comes after the question finds the partition free, and lists it.
        listed.set(false);
        if (!full.isEmpty()) {
            listIfFree(list);
        }
        return batch;
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

    private void listIfFree(Queue<RedoPartition> list) {
        if (listed.compareAndSet(false, true)) {
            list.add(this);
        }
    }
}
