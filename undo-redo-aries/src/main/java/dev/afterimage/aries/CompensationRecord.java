package dev.afterimage.aries;

import java.nio.ByteBuffer;

import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.WriteAheadLog;

/**
 * A compensation log record (section 3 of the paper): says what undoing an update did, and by its undoNextLSN what is to be undone next, so that nothing is undone twice, however often a
 * rollback or a restart is cut short. It is redone like an update and never undone. A flyweight; the layout is {@link PageRecord}'s.
 */
final class CompensationRecord implements LogRecord {
    private long transactionId;
    private long prevLsn;
    private long undoNextLsn;
    private long pageId;
    private long imageLsn;
    private long basisLsn;
    private int action;
    private int ranges;
    private ByteBuffer redoPart = ByteBuffer.allocate(0);

    /**
     * Undoes an update.
     *
     * @param undoneAction the update's action
     * @param undoPart the update's undo part, from position 0 to the limit
     */
    CompensationRecord undoing(int undoneAction, int rangesOfUndone, ByteBuffer undoPart) {
        this.action = inverse(undoneAction);
        this.ranges = rangesOfUndone;
        this.redoPart = undoPart;
        return this;
    }

    /** Where it stands. */
    CompensationRecord of(long transaction, long previous, long undoNext, long page, long image, long basis) {
        transactionId = transaction;
        prevLsn = previous;
        undoNextLsn = undoNext;
        pageId = page;
        imageLsn = image;
        basisLsn = basis;
        return this;
    }

    private static int inverse(int undoneAction) {
        return switch (undoneAction) {
            case PageRecord.CHANGE, PageRecord.CHANGE_IMAGED -> PageRecord.CHANGE;
            case PageRecord.CREATE -> PageRecord.DISCARD;
            case PageRecord.DISCARD -> PageRecord.RESTORE;
            default -> throw new IllegalArgumentException("action " + undoneAction + " is never undone");
        };
    }

    int action() {
        return action;
    }

    int ranges() {
        return ranges;
    }

    ByteBuffer redoPart() {
        return redoPart.position(0);
    }

    /** Whether redo of the page can begin with it. */
    boolean isWhole() {
        return action != PageRecord.CHANGE;
    }

    /** Room in the log to be promised for the CLR of an update with such an undo part. */
    static int promise(int undoPartBytes) {
        return WriteAheadLog.promiseFor(PageRecord.HEADER_BYTES + undoPartBytes);
    }

    /** What its own update was promised. */
    int promise() {
        return promise(redoPart.limit());
    }

    @Override
    public int type() {
        return RecordTypes.COMPENSATION;
    }

    @Override
    public long transactionId() {
        return transactionId;
    }

    @Override
    public int bodyBytes() {
        return PageRecord.HEADER_BYTES + redoPart.limit();
    }

    @Override
    public void writeBody(ByteBuffer target) {
        PageRecord.writeHeader(target, prevLsn, undoNextLsn, pageId, imageLsn, basisLsn, action, ranges, 0);
        target.put(redoPart.position(0));
    }
}
