package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;

/**
 * How far the homes of pages are known to have come: every change before this LSN is durable in its page (InnoDB's FIL_PAGE_FILE_FLUSH_LSN, which it keeps in the first page of the system tablespace).
 *
 * <p>It lies in a file of its own, apart from the redo log, and is a witness against it (fault L6): the log's checkpoint block says as well how far the homes have come, but who puts the redo files of a later copy of the
 * store beside the homes of an earlier one changes what is said together with what follows from it.
 *
 * <pre>
 *   1  log durable up to L, homes synced
 *   2  this says L, synced
 *   3  the log's checkpoint block says L       never more than this file says
 * </pre>
 *
 * <p>So at any crash: checkpoint of the log &lt;= this &lt;= end of the log. What is opened otherwise is put together from different copies.
 *
 * <p>For one thread at a time.
 */
final class FlushLsn {
    private static final int BYTES = 16;
    private static final int FORMAT = 1;

    private final AlternatingBlock block;
    private long lsn;

    private FlushLsn(AlternatingBlock block, long lsn) {
        this.block = block;
        this.lsn = lsn;
    }

    /** Makes it, for a store whose log has not begun. The file's name is the caller's to sync. */
    static FlushLsn create(DiskFile file, long storeId) {
        return new FlushLsn(AlternatingBlock.create(file, storeId, encode(0)), 0);
    }

    /**
     * Opens it, and compares.
     *
     * @param end what was found of the redo log
     * @throws StoreDamagedException if the homes cannot be those that this log was written with
     */
    static FlushLsn open(DiskFile file, long storeId, RedoEnd end) {
        AlternatingBlock block = AlternatingBlock.open(file, storeId);
        ByteBuffer payload = block.payload();
        if (payload.remaining() != BYTES || payload.getInt(0) != FORMAT) {
            throw new StoreDamagedException("file " + file.name() + ": expected " + BYTES + " bytes of format " + FORMAT + ", found " + payload.remaining() + " of format "
                    + (payload.remaining() < Integer.BYTES ? 0 : payload.getInt(0)));
        }
        FlushLsn opened = new FlushLsn(block, payload.getLong(Long.BYTES));
        opened.requireBelongsTo(end, file.name());
        return opened;
    }

    private void requireBelongsTo(RedoEnd end, String file) {
        if (lsn < end.checkpointLsn()) {
            throw new StoreDamagedException("the homes of pages hold all changes before LSN " + lsn + ", says file " + file + ", but the redo log begins only at LSN " + end.checkpointLsn()
                    + ": the redo files are of a later copy of this store than the rest. Nothing was changed; put all files back from one copy");
        }
        if (lsn > end.lsn()) {
            throw new StoreDamagedException("the homes of pages hold all changes before LSN " + lsn + ", says file " + file + ", but the redo log ends at LSN " + end.lsn()
                    + " already: the redo files are of an earlier copy of this store than the rest, or were cut. Nothing was changed; put all files back from one copy");
        }
    }

    /**
     * All changes before {@code newLsn} are durable at home, and so is the log up to there; durable when this returns.
     *
     * @param failure told if that cannot be written: then nobody knows what a crash would show
     */
    void advanceTo(long newLsn, FailureLatch failure) {
        if (newLsn <= lsn) {
            return; // the checkpoint stays where it is, too
        }
        try {
            block.write(encode(newLsn));
        } catch (DiskException cause) {
            throw failure.fail("writing how far the homes of pages have come failed", cause);
        }
        lsn = newLsn;
    }

    private static ByteBuffer encode(long lsn) {
        return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(FORMAT).putInt(0).putLong(lsn).flip();
    }
}
