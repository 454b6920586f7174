package dev.afterimage.aries;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.FullPageImage;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.PageChange;
import dev.afterimage.wal.LogRecord;

/** An update record: what one page access changed, with the bytes before and after. A flyweight; the layout is {@link PageRecord}'s. */
final class UpdateRecord implements LogRecord {
    private final FullPageImage image = new FullPageImage();
    private long transactionId;
    private long prevLsn;
    private long pageId;
    private long imageLsn;
    private long basisLsn;
    private int action;
    private int ranges;
    private int afterBytes;
    private ByteBuffer undoPart = ByteBuffer.allocate(0);
    private int undoBytes;
    private @Nullable PageChange change;

    /**
     * Points it at a page.
     *
     * @param action one of {@link PageRecord}'s
     * @param page the page with its header: after a change, before a discard or creation
     * @param undoPart what undoing it takes: so many bytes up to the limit
     * @param rangesChanged null unless the action is a change
     * @param imageLsn 0 where redo of the page can begin with this record
     */
    UpdateRecord of(long transactionId, long prevLsn, long pageId, int action, OffHeapBytes page, ByteBuffer undoPart, int undoBytes, @Nullable PageChange rangesChanged, long imageLsn) {
        this.transactionId = transactionId;
        this.prevLsn = prevLsn;
        this.pageId = pageId;
        this.action = action;
        this.basisLsn = PageHeader.pageLsn(page);
        this.imageLsn = imageLsn;
        this.undoPart = undoPart;
        this.undoBytes = undoBytes;
        this.change = rangesChanged;
        this.ranges = rangesChanged == null ? 0 : rangesChanged.ranges();
        this.afterBytes = 0;
        if (action == PageRecord.CHANGE_IMAGED) {
            image.measure(page);
            afterBytes = image.encodedBytes();
        } else if (action == PageRecord.CHANGE) {
            afterBytes = undoBytes - ranges * PageRecord.BYTES_PER_RANGE;
        }
        return this;
    }

    @Override
    public int type() {
        return RecordTypes.UPDATE;
    }

    @Override
    public long transactionId() {
        return transactionId;
    }

    @Override
    public int bodyBytes() {
        return PageRecord.HEADER_BYTES + undoBytes + afterBytes;
    }

    @Override
    public void writeBody(ByteBuffer target) {
        PageRecord.writeHeader(target, prevLsn, 0, pageId, imageLsn, basisLsn, action, ranges, undoBytes);
        target.put(undoPart.position(undoPart.limit() - undoBytes));
        PageChange after = change;
        if (action == PageRecord.CHANGE_IMAGED) {
            image.encode(target);
        } else if (after != null) {
            for (int range = 0; range < ranges; range++) {
                after.copyAfter(range, target);
            }
        }
    }
}
