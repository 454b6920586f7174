package dev.afterimage.aries;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The transaction table of the running store (section 4.3 of the paper): transactions that have logged something and have not ended; and what is counted of all of them. Safe for many threads. */
final class ActiveTransactions {
    private final Set<AriesTransaction> active = ConcurrentHashMap.newKeySet();
    private final AtomicLong lastCommitLsn = new AtomicLong();
    private final LongAdder imageBytes = new LongAdder();

    void add(AriesTransaction transaction) {
        active.add(transaction);
    }

    void remove(AriesTransaction transaction) {
        active.remove(transaction);
    }

    boolean isEmpty() {
        return active.isEmpty();
    }

    /** The oldest page image that an active transaction may need again for its rollback; {@link Long#MAX_VALUE} if there is none. */
    long oldestImageLsn() {
        long oldest = Long.MAX_VALUE;
        for (AriesTransaction transaction : active) {
            oldest = Math.min(oldest, transaction.oldestImageLsn());
        }
        return oldest;
    }

    /** Copies the table, in the order of numbers: what goes to the log depends on nothing but what was done (rule N1). */
    void copyTo(CheckpointTables tables) {
        AriesTransaction[] rows = active.toArray(AriesTransaction[]::new);
        Arrays.sort(rows, Comparator.comparingLong(AriesTransaction::id));
        for (AriesTransaction transaction : rows) {
            tables.addTransaction(transaction.id(), transaction.firstLsn(), transaction.lastLsn(), transaction.undoNextLsn());
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
