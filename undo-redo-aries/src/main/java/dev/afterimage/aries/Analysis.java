package dev.afterimage.aries;

import java.nio.ByteBuffer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.RecoveryTicker;

/** The first pass of restart (section 6.1 of the paper, figure 10): from the last complete checkpoint to the end of the log. It touches no page. */
final class Analysis {
    private final ControlState control;
    private final RestartTables tables;
    private long records;
    private long pageRecords;
    private long lastLsn;

    Analysis(ControlState control) {
        this.control = control;
        this.tables = new RestartTables(control.checkpointLsn() != 0);
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
        if (lastLsn < control.witnessLsn() || !tables.isComplete()) {
            throw new StoreDamagedException("the log ends at LSN " + end.lsn() + ", but the record at LSN " + control.witnessLsn()
                    + ", which ends the last checkpoint, was durable when the control file was written: synced bytes of the log are damaged");
        }
        return end;
    }

    private void take(LogReader reader) {
        switch (reader.type()) {
            case RecordTypes.UPDATE -> pageRecord(reader, reader.lsn());
            case RecordTypes.COMPENSATION -> pageRecord(reader, PageRecord.undoNextLsn(reader.body()));
            case RecordTypes.COMMIT, RecordTypes.END -> tables.ended(reader.transactionId());
            case RecordTypes.BEGIN_CHECKPOINT -> {
                // Its tables are what counts.
            }
            case RecordTypes.END_CHECKPOINT -> {
                ByteBuffer body = reader.body();
                if (CheckpointTables.beginLsn(body) == control.checkpointLsn()) {
                    takeTables(body);
                }
            }
            default -> throw new StoreDamagedException("the log record at LSN " + reader.lsn() + " has type " + reader.type() + ", which this version does not know");
        }
    }

    private void pageRecord(LogReader reader, long undoNextLsn) {
        pageRecords++;
        ByteBuffer bytes = reader.bytes();
        int at = reader.bodyAt();
        tables.pageRecord(reader.transactionId(), reader.lsn(), undoNextLsn, PageRecord.pageId(bytes, at), PageRecord.recLsn(bytes, at, reader.lsn()));
    }

    private void takeTables(ByteBuffer body) {
        for (int row = 0; row < CheckpointTables.transactions(body); row++) {
            tables.checkpointTransaction(CheckpointTables.transactionField(body, row, 0), CheckpointTables.transactionField(body, row, 1),
                    CheckpointTables.lastLsn(body, row), CheckpointTables.transactionField(body, row, 3));
        }
        for (int row = 0; row < CheckpointTables.pages(body); row++) {
            tables.dirtyPages.add(CheckpointTables.pageField(body, row, 0), CheckpointTables.pageField(body, row, 1));
        }
        if (CheckpointTables.partsThatFollow(body) == 0) {
            tables.complete(CheckpointTables.highestTransactionId(body));
        }
    }

    RestartTables tables() {
        return tables;
    }

    /** Records read. */
    long records() {
        return records;
    }

    /** Records read that are about pages. */
    long pageRecords() {
        return pageRecords;
    }
}
