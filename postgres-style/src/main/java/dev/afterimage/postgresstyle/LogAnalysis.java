package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.RecoveryTicker;

/** The first pass of recovery: which transactions committed, and where the log ends. It touches no page. */
final class LogAnalysis {
    private final TransactionTable transactions = new TransactionTable();
    private final ControlState control;
    private long records;
    private long redoRecords;
    private long lastLsn;

    LogAnalysis(ControlState control) {
        this.control = control;
    }

    /**
     * Reads to the end of the log and returns it; its tail is durable then, so that homes may be changed by what it says.
     *
     * @throws StoreDamagedException if the log contradicts itself or the control file
     */
    LogEnd run(LogReader reader, RecoveryTicker ticker) {
        while (reader.next()) {
            lastLsn = reader.lsn();
            records++;
            take(reader);
            ticker.reached(reader.endLsn());
        }
        LogEnd end = reader.end();
        // A torn tail and rot in the last synced records look alike; the control file remembers one LSN that was synced for certain.
        if (lastLsn < control.witnessLsn()) {
            throw new StoreDamagedException("the log ends at LSN " + end.lsn() + ", but the record at LSN " + control.witnessLsn()
                    + " was durable when the control file was written: synced bytes of the log are damaged");
        }
        return end;
    }

    private void take(LogReader reader) {
        switch (reader.type()) {
            case RecordTypes.RANGES, RecordTypes.IMAGE, RecordTypes.GONE -> {
                transactions.record(reader.transactionId());
                redoRecords++;
            }
            case RecordTypes.COMMIT -> takeCommit(reader.transactionId(), reader.lsn(), reader.body());
            case RecordTypes.CHECKPOINT -> {
                // For people, and for the check of the log's end above.
            }
            default -> throw new StoreDamagedException("the log record at LSN " + reader.lsn() + " has type " + reader.type() + ", which this version does not know");
        }
    }

    private void takeCommit(long transactionId, long commitLsn, ByteBuffer body) {
        long firstLsn = CommitRecord.firstLsn(body);
        int expected = CommitRecord.records(body);
        int found = transactions.records(transactionId);
        // A transaction that began to commit before the redo point has records there that nobody needs any more; any other must be whole.
        boolean whole = found == expected || firstLsn < control.redoPoint() && found < expected;
        if (!whole || transactions.commitLsn(transactionId) != TransactionTable.NOT_COMMITTED) {
            throw new StoreDamagedException("the commit record of transaction " + transactionId + " at LSN " + commitLsn + " speaks of " + expected + " records from LSN "
                    + firstLsn + ", but the log holds " + found);
        }
        transactions.commit(transactionId, commitLsn);
    }

    /** The transactions met. */
    TransactionTable transactions() {
        return transactions;
    }

    /** Records read. */
    long records() {
        return records;
    }

    /** Records read that are about pages. */
    long redoRecords() {
        return redoRecords;
    }
}
