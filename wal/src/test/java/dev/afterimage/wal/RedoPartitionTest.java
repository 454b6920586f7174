package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A partition of redo")
class RedoPartitionTest {
    private final List<Long> done = new ArrayList<>();
    private final List<Integer> foreseen = new ArrayList<>();
    private long fails;

    private final RedoPartition partition = new RedoPartition(new PageRedo() {
        @Override
        public void redo(RedoRecord record) {
            if (record.lsn() == fails) {
                throw new IllegalStateException("no");
            }
            done.add(record.lsn());
        }

        @Override
        public void foresee(long page, ByteBuffer bytes, int at, int bodyBytes) {
            foreseen.add(bytes.getInt(at));
        }
    });

    private void batch(int... lsns) {
        for (int lsn : lsns) {
            assertTrue(partition.open().add(7, 0, lsn, 1, 0, ByteBuffer.allocate(4).putInt(0, Integer.reverseBytes(lsn))));
        }
        partition.handOver();
    }

    @Test
    @DisplayName("is told of the bodies of a batch before any is redone")
    void foresees() {
        batch(10, 20, 30);
        assertTrue(partition.doOne(new RedoFailure()));
        assertEquals(List.of(10, 20, 30), foreseen);
        assertEquals(List.of(10L, 20L, 30L), done);
    }

    /** A page with a later change and without an earlier one, written, would pass for whole at the next restart: its LSN says so. */
    @Test
    @DisplayName("redoes nothing behind a record that could not be redone, in its batch or in a later one")
    void failure() {
        RedoFailure failure = new RedoFailure();
        fails = 20;
        batch(10, 20, 30);
        batch(40, 50);
        partition.doOne(failure);
        partition.doOne(failure);
        assertTrue(failure.isSet());
        assertEquals(List.of(10L), done);
        assertFalse(partition.doOne(failure), "nothing is left");
    }
}
