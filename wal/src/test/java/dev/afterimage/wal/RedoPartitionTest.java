package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

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

    private final Queue<RedoPartition> list = new ArrayDeque<>();

    private void batch(int... lsns) {
        RedoBatch batch = new RedoBatch();
        for (int lsn : lsns) {
            assertTrue(batch.add(7, 0, lsn, 1, 0, ByteBuffer.allocate(4).putInt(0, Integer.reverseBytes(lsn)), 0, 4));
        }
        partition.open(batch);
        assertTrue(partition.handOver(list));
        assertNull(partition.open());
        assertFalse(partition.handOver(list), "nothing is open");
    }

    @Test
    @DisplayName("is listed once while batches wait, taken off by whoever does one, and listed again if more wait")
    void listed() {
        batch(10);
        batch(20);
        assertEquals(1, list.size());
        assertSame(partition, list.remove());
        partition.doOne(list, new RedoFailure());
        assertEquals(List.of(10L), done);
        assertSame(partition, list.remove());
        RedoBatch given = partition.doOne(list, new RedoFailure());
        assertNotNull(given);
        assertEquals(List.of(10L, 20L), done);
        assertTrue(list.isEmpty());
        assertNull(given.next(), "it comes back empty");
        assertNull(partition.doOne(list, new RedoFailure()), "listed in vain");
        assertTrue(list.isEmpty());
        batch(30);
        assertEquals(1, list.size());
    }

    @Test
    @DisplayName("is told of the bodies of a batch before any is redone")
    void foresees() {
        batch(10, 20, 30);
        list.remove().doOne(list, new RedoFailure());
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
        list.remove().doOne(list, failure);
        list.remove().doOne(list, failure);
        assertTrue(failure.isSet());
        assertEquals(List.of(10L), done);
        assertTrue(list.isEmpty(), "nothing is left");
    }
}
