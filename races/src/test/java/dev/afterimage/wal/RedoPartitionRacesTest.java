package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jetbrains.lincheck.datastructures.Operation;
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

    /** Two batches wait. */
    public RedoPartitionRacesTest() {
        handOver();
        handOver();
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

    /** The reader of the log hands a batch of one record over; where too many wait, it does one itself. */
    @Operation(nonParallelGroup = "reader")
    public void handOver() {
        added++;
        if (!partition.open().add(1, 0, added, 1, 1, NOTHING)) {
            throw new IllegalStateException("an empty batch has no room");
        }
        while (!partition.handOver()) {
            partition.doOne(failure);
        }
        failure.check();
    }

    /** The reader waits for the end, as the last step of the pass does. */
    @Operation(nonParallelGroup = "reader")
    public long finish() {
        while (!partition.isDone()) {
            partition.doOne(failure);
        }
        failure.check();
        if (done != added) {
            throw new IllegalStateException("said to be done, with " + done + " of " + added);
        }
        return added;
    }

    /** Any other thread. */
    @Operation
    public void help() {
        partition.doOne(failure);
        failure.check();
    }
}
