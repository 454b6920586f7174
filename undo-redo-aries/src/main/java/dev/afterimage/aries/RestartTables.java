package dev.afterimage.aries;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** What analysis finds: the transactions that had not ended, and the pages whose homes may be behind the log (section 6.1 of the paper). One thread. */
final class RestartTables {
    /** A transaction that had not ended: a loser, unless its commit record comes. */
    static final class Loser {
        final long id;
        long firstLsn;
        long lastLsn;
        long undoNextLsn;

        Loser(long id, long firstLsn, long lastLsn, long undoNextLsn) {
            this.id = id;
            this.firstLsn = firstLsn;
            this.lastLsn = lastLsn;
            this.undoNextLsn = undoNextLsn;
        }
    }

    final Map<Long, Loser> losers = new HashMap<>();
    final DirtyPageTable dirtyPages = new DirtyPageTable();
    /** Who had the last record about a page: likely to have the next as well. */
    private @Nullable Loser latest;
    private final Set<Long> ended = new HashSet<>();
    private boolean tablesComplete;
    private long highestTransactionId;

    RestartTables(boolean tablesExpected) {
        tablesComplete = !tablesExpected;
    }

    /** An update, or a CLR, which says what is to be undone next. */
    void pageRecord(long transactionId, long lsn, long undoNextLsn, long pageId, long recLsn) {
        highestTransactionId = Math.max(highestTransactionId, transactionId);
        Loser loser = latest;
        if (loser == null || loser.id != transactionId) {
            loser = losers.computeIfAbsent(transactionId, id -> new Loser(id, lsn, lsn, undoNextLsn));
            latest = loser;
        }
        loser.lastLsn = lsn;
        loser.undoNextLsn = undoNextLsn;
        dirtyPages.add(pageId, recLsn);
    }

    /** A commit record, or an end record. */
    void ended(long transactionId) {
        highestTransactionId = Math.max(highestTransactionId, transactionId);
        losers.remove(transactionId);
        latest = null;
        if (!tablesComplete) {
            // The checkpoint's table, which comes later in the log, may have been copied before this end.
            ended.add(transactionId);
        }
    }

    /** A row of the checkpoint's transaction table. What the log has said of the transaction since the begin record is newer. */
    void checkpointTransaction(long id, long firstLsn, long lastLsn, long undoNextLsn) {
        highestTransactionId = Math.max(highestTransactionId, id);
        if (ended.contains(id)) {
            return;
        }
        Loser loser = losers.get(id);
        if (loser == null) {
            losers.put(id, new Loser(id, firstLsn, lastLsn, undoNextLsn));
        } else {
            loser.firstLsn = Math.min(loser.firstLsn, firstLsn);
        }
    }

    /** All parts of the checkpoint's tables have been read. */
    void complete(long highestId) {
        highestTransactionId = Math.max(highestTransactionId, highestId);
        tablesComplete = true;
        ended.clear();
    }

    boolean isComplete() {
        return tablesComplete;
    }

    long highestTransactionId() {
        return highestTransactionId;
    }
}
