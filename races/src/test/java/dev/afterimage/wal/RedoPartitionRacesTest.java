package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link RedoPartition}: one hands batches over, any number do them. */
@DisplayName("Redo of one partition, whatever the order of those who do it,")
public final class RedoPartitionRacesTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final AtomicBoolean atIt = new AtomicBoolean();
    private final RedoFailure failure = new RedoFailure();
    private final Queue<RedoPartition> list = new ConcurrentLinkedQueue<>();
    private final AtomicLong batchesDone = new AtomicLong();
    private long added;
    /** Not volatile: the partition says that it need not be. */
    private long done;
    private final RedoPartition partition = new RedoPartition(record -> {
        if (!atIt.compareAndSet(false, true)) {
            throw new IllegalStateException("two do records at a time");
        }
        if (record.lsn() != done + 1) {
            throw new IllegalStateException("record " + record.lsn() + " came behind " + done);
        }
        done = record.lsn();
        atIt.set(false);
    });

    /** A batch waits. */
    public RedoPartitionRacesTest() {
        handOver();
    }

    /** In the end, whoever looks at the list alone finds all that was not done. */
    @Validate
    public void nothingIsLost() {
        while (!list.isEmpty()) {
            help();
        }
        if (done != added) {
            throw new IllegalStateException(done + " of " + added + " are done, and nothing is listed");
        }
    }

    @Test
    @DisplayName("does each record once, in the order of the log, one thread at a time")
    void few() {
        Interleavings.few(getClass(), 100);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** The reader of the log hands a batch of one record over. */
    @Operation(nonParallelGroup = "reader")
    public void handOver() {
        added++;
        RedoBatch batch = new RedoBatch();
        if (!batch.add(1, 0, added, 1, 1, NOTHING, 0, 0)) {
            throw new IllegalStateException("an empty batch has no room");
        }
        partition.open(batch);
        partition.handOver(list);
        failure.check();
    }

    /** The reader waits for the end, as the last step of the pass does: it comes, so no batch may wait where nobody looks for it. */
    @Operation(nonParallelGroup = "reader")
    public long finish() {
        while (batchesDone.get() < added) {
            help();
        }
        if (done != added) {
            throw new IllegalStateException("said to be done, with " + done + " of " + added);
        }
        return added;
    }

    /** Any thread. */
    @Operation
    public void help() {
        RedoPartition listed = list.poll();
        if (listed != null && listed.doOne(list, failure) != null) {
            batchesDone.incrementAndGet();
        }
        failure.check();
    }
}
