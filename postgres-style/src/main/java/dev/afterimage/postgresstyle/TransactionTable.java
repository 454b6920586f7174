package dev.afterimage.postgresstyle;

import java.util.Arrays;

/**
 * The transactions that recovery met in the log: which of them committed, and where.
 *
 * <p>Open addressing over primitive arrays: about 40 bytes for each transaction since the last checkpoint, so the table is bounded by {@code max-wal-size} and
 * not by the size of the store. One thread.
 */
final class TransactionTable {
    /** What {@link #commitLsn} returns for a transaction without a commit record. */
    static final long NOT_COMMITTED = 0;

    private static final int FIRST_CAPACITY = 1 << 10;

    private long[] ids = new long[FIRST_CAPACITY];
    private long[] commitLsns = new long[FIRST_CAPACITY];
    private int[] records = new int[FIRST_CAPACITY];
    private boolean[] redone = new boolean[FIRST_CAPACITY];
    private int size;
    private int committed;
    private long highestId;

    /** Notes one redo record of a transaction. */
    void record(long transactionId) {
        int slot = slotFor(transactionId); // may replace the arrays, so it comes first
        records[slot]++;
    }

    /** Notes a commit record. */
    void commit(long transactionId, long commitLsn) {
        int slot = slotFor(transactionId);
        assert commitLsns[slot] == NOT_COMMITTED : "transaction " + transactionId + " committed twice";
        commitLsns[slot] = commitLsn;
        committed++;
    }

    /** Redo records noted of a transaction. */
    int records(long transactionId) {
        int slot = find(transactionId);
        return ids[slot] == transactionId ? records[slot] : 0;
    }

    /** The LSN of a transaction's commit record, or {@link #NOT_COMMITTED}. */
    long commitLsn(long transactionId) {
        int slot = find(transactionId);
        return ids[slot] == transactionId ? commitLsns[slot] : NOT_COMMITTED;
    }

    /** Notes that something of a transaction had to be done again; it is in the table. Several threads may call this, and look transactions up, while nothing is added. */
    void redone(long transactionId) {
        int slot = find(transactionId);
        assert ids[slot] == transactionId : "transaction " + transactionId;
        redone[slot] = true; // whoever else writes here writes the same
    }

    /** Transactions of which something had to be done again. */
    int redoneCount() {
        int count = 0;
        for (boolean done : redone) {
            count += done ? 1 : 0;
        }
        return count;
    }

    /** Transactions that committed. */
    int committedCount() {
        return committed;
    }

    /** Transactions that left records, and no commit record. */
    int unfinishedCount() {
        return size - committed;
    }

    /** The highest number met, 0 if none. */
    long highestId() {
        return highestId;
    }

    private int slotFor(long transactionId) {
        assert transactionId > 0 : "transaction " + transactionId;
        int slot = find(transactionId);
        if (ids[slot] == transactionId) {
            return slot;
        }
        if (size >= ids.length / 2) {
            grow();
            slot = find(transactionId);
        }
        ids[slot] = transactionId;
        size++;
        highestId = Math.max(highestId, transactionId);
        return slot;
    }

    /** The slot that holds a transaction, or the free one where it belongs. */
    private int find(long transactionId) {
        int mask = ids.length - 1;
        int slot = (int) ((transactionId * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (ids[slot] != 0 && ids[slot] != transactionId) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldIds = ids;
        long[] oldCommitLsns = commitLsns;
        int[] oldRecords = records;
        boolean[] oldRedone = redone;
        int capacity = Math.multiplyExact(oldIds.length, 2);
        ids = new long[capacity];
        commitLsns = new long[capacity];
        records = new int[capacity];
        redone = new boolean[capacity];
        for (int old = 0; old < oldIds.length; old++) {
            if (oldIds[old] != 0) {
                int slot = find(oldIds[old]);
                ids[slot] = oldIds[old];
                commitLsns[slot] = oldCommitLsns[old];
                records[slot] = oldRecords[old];
                redone[slot] = oldRedone[old];
            }
        }
    }

    @Override
    public String toString() {
        return committed + " committed, " + unfinishedCount() + " unfinished of " + Arrays.stream(ids).filter(id -> id != 0).count();
    }
}
