package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.wal.LogRecord;

/**
 * What a checkpoint finds (section 5.4 of the paper): the transaction table and the dirty page table, as rows of numbers; and their way into end-checkpoint records, in as many parts as it takes.
 *
 * <p>A row of the transaction table has the paper's fields (section 4.3). The state is kept in the three low bits of lastLSN, which are zero in every LSN: 0 is {@code U}, unprepared, and the
 * only one there is yet; 1 is left for {@code P}, prepared. A loser's row must have state 0.
 */
final class CheckpointTables {
    static final int TRANSACTION_FIELDS = 4;
    static final int PAGE_FIELDS = 2;
    static final int HEADER_BYTES = 32;
    private static final long STATE_BITS = 7;

    private long[] transactions = new long[8 * TRANSACTION_FIELDS];
    private final DirtyPageTable recLsns = new DirtyPageTable();
    private long[] pages = new long[64];
    private int transactionLongs;
    private int pageLongs;
    private long oldestRecLsn = Long.MAX_VALUE;
    private long oldestFirstLsn = Long.MAX_VALUE;

    void addTransaction(long id, long firstLsn, long lastLsn, long undoNextLsn) {
        if (transactionLongs == transactions.length) {
            transactions = Arrays.copyOf(transactions, 2 * transactionLongs);
        }
        transactions[transactionLongs++] = id;
        transactions[transactionLongs++] = firstLsn;
        transactions[transactionLongs++] = lastLsn;
        transactions[transactionLongs++] = undoNextLsn;
        oldestFirstLsn = Math.min(oldestFirstLsn, firstLsn);
    }

    void addPage(long number, long recLsn) {
        if (recLsns.recLsn(number) == Long.MAX_VALUE) {
            int rows = pageLongs / PAGE_FIELDS;
            if (rows == pages.length) {
                pages = Arrays.copyOf(pages, 2 * rows);
            }
            pages[rows] = number;
            pageLongs += PAGE_FIELDS;
        }
        recLsns.add(number, recLsn);
        oldestRecLsn = Math.min(oldestRecLsn, recLsn);
    }

    /** The smallest recLSN; {@link Long#MAX_VALUE} if no page is dirty. */
    long oldestRecLsn() {
        return oldestRecLsn;
    }

    /** The smallest first LSN; {@link Long#MAX_VALUE} if no transaction is active. */
    long oldestFirstLsn() {
        return oldestFirstLsn;
    }

    boolean isEmpty() {
        return transactionLongs == 0 && pageLongs == 0;
    }

    /** Puts pages in order, so that what goes to the log does not depend on the frames they lie in (rule N1). */
    void sort() {
        Arrays.sort(pages, 0, pageLongs / PAGE_FIELDS);
    }

    /** How many records they take. */
    int parts(int bodyBytesMax) {
        int each = longsPerPart(bodyBytesMax);
        return Math.max(1, (transactionLongs + pageLongs + each - 1) / each);
    }

    /** One of the records. */
    LogRecord part(int part, int bodyBytesMax, long beginLsn, long highestTransactionId) {
        int each = longsPerPart(bodyBytesMax);
        int from = part * each;
        int to = Math.min(from + each, transactionLongs + pageLongs);
        int ofTransactions = Math.max(0, Math.min(to, transactionLongs) - from);
        int follow = parts(bodyBytesMax) - 1 - part;
        return new Part(this, beginLsn, highestTransactionId, follow, from, ofTransactions, to - from - ofTransactions);
    }

    private static int longsPerPart(int bodyBytesMax) {
        // Whole rows of either table: a row never lies in two parts.
        return (bodyBytesMax - HEADER_BYTES) / Long.BYTES / TRANSACTION_FIELDS * TRANSACTION_FIELDS;
    }

    private long at(int index) {
        if (index < transactionLongs) {
            return transactions[index];
        }
        int field = index - transactionLongs;
        long page = pages[field / PAGE_FIELDS];
        return field % PAGE_FIELDS == 0 ? page : recLsns.recLsn(page);
    }

    private record Part(CheckpointTables tables, long beginLsn, long highestTransactionId, int follow, int from, int transactionLongs, int pageLongs) implements LogRecord {
        @Override
        public int type() {
            return RecordTypes.END_CHECKPOINT;
        }

        @Override
        public long transactionId() {
            return 0;
        }

        @Override
        public int bodyBytes() {
            return HEADER_BYTES + (transactionLongs + pageLongs) * Long.BYTES;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.order(ByteOrder.LITTLE_ENDIAN).putLong(beginLsn).putLong(highestTransactionId).putInt(follow);
            target.putInt(transactionLongs / TRANSACTION_FIELDS).putInt(pageLongs / PAGE_FIELDS).putInt(0);
            for (int index = from; index < from + transactionLongs + pageLongs; index++) {
                target.putLong(tables.at(index));
            }
        }
    }

    // ---- reading a part

    static long beginLsn(ByteBuffer body) {
        return body.getLong(0);
    }

    static long highestTransactionId(ByteBuffer body) {
        return body.getLong(8);
    }

    static int partsThatFollow(ByteBuffer body) {
        return body.getInt(16);
    }

    static int transactions(ByteBuffer body) {
        return body.getInt(20);
    }

    static int pages(ByteBuffer body) {
        return body.getInt(24);
    }

    /** A field of a transaction's row: number, firstLSN, lastLSN, undoNextLSN. */
    static long transactionField(ByteBuffer body, int row, int field) {
        return body.getLong(HEADER_BYTES + (row * TRANSACTION_FIELDS + field) * Long.BYTES);
    }

    /**
     * The lastLSN of a transaction's row.
     *
     * @throws StoreDamagedException if the row has a state that this version does not know
     */
    static long lastLsn(ByteBuffer body, int row) {
        long lastLsn = transactionField(body, row, 2);
        if ((lastLsn & STATE_BITS) != 0) {
            throw new StoreDamagedException("the checkpoint begun at LSN " + beginLsn(body) + " has transaction " + transactionField(body, row, 0) + " in state " + (lastLsn & STATE_BITS)
                    + ", which this version does not know; open the store with the version that wrote it");
        }
        return lastLsn;
    }

    /** A field of a page's row: number, recLSN. */
    static long pageField(ByteBuffer body, int row, int field) {
        return body.getLong(HEADER_BYTES + (transactions(body) * TRANSACTION_FIELDS + row * PAGE_FIELDS + field) * Long.BYTES);
    }
}
