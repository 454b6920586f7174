package dev.afterimage.aries;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The transaction table of the running store (section 4.3 of the paper): transactions that have logged something and have not ended; and what is counted of all of them. Safe for many threads.
 *
 * <p>Entering takes a place by one compare-and-set, at first where the thread's last transaction had its own; leaving is one release. Both happen within an epoch of the redo point, whose end is a full fence, so a
 * checkpoint that has waited for the epoch sees them. One that is gone when a checkpoint looks for the second time is no loss: its commit or end record stands in the log before the table that is being made. Where all places are taken there come as many again; none ever goes or moves.
 */
final class ActiveTransactions {
    private static final int PLACES = 64;
    private static final int LOOKS = 16;

    private final ReentrantLock growing = new ReentrantLock();
    /** Tables of places; entered only in the last one, or wherever there is room before. */
    private volatile Places[] tables = {new Places(PLACES)};
    private final AtomicLong lastCommitLsn = new AtomicLong();
    private final LongAdder imageBytes = new LongAdder();

    /** Some places. */
    static final class Places extends AtomicReferenceArray<@Nullable AriesTransaction> {
        private static final long serialVersionUID = 1L;

        Places(int count) {
            super(count);
        }
    }

    private record Row(long id, long firstLsn, long lastLsn, long undoNextLsn, long oldestImageLsn) {
    }

    void add(AriesTransaction transaction) {
        while (true) {
            Places[] seen = tables;
            for (Places table : seen) {
                if (enter(table, LOOKS, transaction)) {
                    return;
                }
            }
            Places last = seen[seen.length - 1];
            if (enter(last, last.length(), transaction)) {
                return;
            }
            grow(seen);
        }
    }

    private static boolean enter(Places table, int looks, AriesTransaction transaction) {
        int mask = table.length() - 1;
        int first = (int) Thread.currentThread().getId();
        for (int i = 0; i < looks; i++) {
            int place = first + i & mask;
            if (table.get(place) == null && table.compareAndSet(place, null, transaction)) {
                transaction.entered(table, place);
                return true;
            }
        }
        return false;
    }

    private void grow(Places[] seen) {
        growing.lock();
        try {
            if (tables == seen) {
                Places[] more = Arrays.copyOf(seen, seen.length + 1);
                more[seen.length] = new Places(2 * seen[seen.length - 1].length());
                tables = more;
            }
        } finally {
            growing.unlock();
        }
    }

    void remove(AriesTransaction transaction) {
        transaction.leave();
    }

    boolean isEmpty() {
        return rows().isEmpty();
    }

    boolean contains(AriesTransaction transaction) {
        return rows().stream().anyMatch(row -> row.id == transaction.id());
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Places table : tables) {
            for (int place = 0; place < table.length(); place++) {
                Row row = rowAt(table, place);
                if (row != null) {
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    /** What stands at a place; null if nothing. The object is the next transaction's once this one has ended, so it is looked at twice. */
    private static @Nullable Row rowAt(Places table, int place) {
        while (true) {
            AriesTransaction transaction = table.get(place);
            if (transaction == null) {
                return null;
            }
            long id = transaction.id();
            Row row = new Row(id, transaction.firstLsn(), transaction.lastLsn(), transaction.undoNextLsn(), transaction.oldestImageLsn());
            if (table.get(place) == transaction && transaction.id() == id) {
                return row;
            }
        }
    }

    /** The oldest page image that an active transaction may need again for its rollback; {@link Long#MAX_VALUE} if there is none. */
    long oldestImageLsn() {
        long oldest = Long.MAX_VALUE;
        for (Row row : rows()) {
            oldest = Math.min(oldest, row.oldestImageLsn);
        }
        return oldest;
    }

    /** Copies the table, in the order of numbers: what goes to the log depends on nothing but what was done (rule N1). */
    void copyTo(CheckpointTables tables) {
        List<Row> rows = rows();
        rows.sort(Comparator.comparingLong(Row::id));
        for (Row row : rows) {
            tables.addTransaction(row.id, row.firstLsn, row.lastLsn, row.undoNextLsn);
        }
    }

    /** LSN of the last commit record, 0 if there is none: whoever saw any commit saw none after this. */
    long lastCommitLsn() {
        return lastCommitLsn.get();
    }

    void committed(long commitLsn) {
        long seen = lastCommitLsn.get();
        while (seen < commitLsn && !lastCommitLsn.compareAndSet(seen, commitLsn)) {
            seen = lastCommitLsn.get();
        }
    }

    void imageLogged(int bytes) {
        imageBytes.add(bytes);
    }

    /** Bytes of full-page images logged. */
    long imageBytes() {
        return imageBytes.sum();
    }
}
