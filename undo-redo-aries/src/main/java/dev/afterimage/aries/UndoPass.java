package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;

import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.RecoveryTicker;
import dev.afterimage.wal.WriteAheadLog;

/**
 * The third pass of restart (section 6.3 of the paper, figure 12): undoes all losers in one backward sweep, the newest record of any of them first, and writes CLRs and end records into the new timeline.
 *
 * <p>A crash in its midst loses nothing: the next restart repeats the CLRs that are in the log, and goes on where the last of each loser says. So however often it is cut short, each update has at most one
 * CLR in the log that counts. And since an attempt goes on right behind the CLRs of the one before, all attempts together need no more of the log than one that is not cut short: the room promised when the updates were logged (rules F2, L2).
 */
final class UndoPass {
    private final WriteAheadLog log;
    private final PageUndo undo;
    private final LongFunction<LogReader> readerAt;
    private final CompensationRecord clr = new CompensationRecord();
    private final LoggedRecords records = new LoggedRecords();
    private final PriorityQueue<RestartTables.Loser> next = new PriorityQueue<>(Comparator.comparingLong((RestartTables.Loser loser) -> loser.undoNextLsn).reversed());
    private long recordsRead;
    private long undone;
    private long compensationRecords;

    /**
     * Ready to undo.
     *
     * @param readerAt a reader that stands at or somewhat before a record
     */
    UndoPass(WriteAheadLog log, PageUndo undo, LongFunction<LogReader> readerAt) {
        this.log = log;
        this.undo = undo;
        this.readerAt = readerAt;
    }

    /** Undoes them all. */
    void run(Collection<RestartTables.Loser> losers, LongPredicate isLoser, RecoveryTicker ticker) {
        next.addAll(losers);
        while (!next.isEmpty()) {
            RestartTables.Loser loser = next.remove();
            if (loser.undoNextLsn == 0) {
                append(new TransactionRecord(RecordTypes.END, loser.id, loser.lastLsn));
                continue;
            }
            ticker.reached(loser.undoNextLsn);
            step(loser, isLoser);
            next.add(loser);
        }
    }

    private void step(RestartTables.Loser loser, LongPredicate isLoser) {
        long wanted = loser.undoNextLsn;
        if (!records.reaches(wanted)) {
            try (LogReader reader = readerAt.apply(wanted)) {
                records.read(reader, wanted, isLoser);
            }
        }
        LoggedRecords.Logged logged = records.at(wanted);
        ByteBuffer body = logged.body();
        recordsRead++;
        if (logged.type() == RecordTypes.COMPENSATION) {
            loser.undoNextLsn = PageRecord.undoNextLsn(body);
            return;
        }
        long following = PageRecord.prevLsn(body);
        clr.undoing(PageRecord.action(body), PageRecord.ranges(body), PageRecord.undoPart(body));
        loser.lastLsn = undo.undo(clr, loser.id, loser.lastLsn, following, PageRecord.pageId(body), wanted, this::append);
        loser.undoNextLsn = following;
        undone++;
    }

    /** Restart may use all the room there is: it ends with the log before it being freed. */
    private long append(LogRecord record) {
        long lsn;
        try {
            lsn = log.append(record);
        } catch (DiskFullException e) {
            log.switchSegment();
            lsn = log.append(record);
        }
        compensationRecords += record.type() == RecordTypes.COMPENSATION ? 1 : 0;
        return lsn;
    }

    /** Records of losers looked at. */
    long recordsRead() {
        return recordsRead;
    }

    /** Updates undone. */
    long undone() {
        return undone;
    }

    /** CLRs written. */
    long compensationRecords() {
        return compensationRecords;
    }

    long bytesRead() {
        return records.bytesRead();
    }
}
