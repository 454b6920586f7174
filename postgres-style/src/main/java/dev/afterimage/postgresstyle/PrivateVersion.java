package dev.afterimage.postgresstyle;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PartialCopy;
import dev.afterimage.buffer.PrivatePages;
import dev.afterimage.spi.PageBytes;

/** What a transaction knows of one private version of a page; attached to it in {@link dev.afterimage.buffer.PrivatePages}, and reused. */
final class PrivateVersion {
    private final ChangedRanges ranges = new ChangedRanges();
    private final PartialCopy copy;
    private @Nullable Frame home;
    private boolean whole;
    private long imageLsn;

    PrivateVersion(int usableBytes) {
        copy = new PartialCopy(usableBytes);
    }

    /** What hangs on the version that a cursor is at. */
    static PrivateVersion at(PrivatePages.Cursor cursor) {
        return (PrivateVersion) Objects.requireNonNull(cursor.attachment(), "a private version without notes");
    }

    /** Whether the page that a cursor is at was opened for writing, and nothing was written. */
    static boolean isUntouched(PrivatePages.Cursor cursor) {
        return !cursor.isDiscarded() && at(cursor).unchangedFromHome();
    }

    /** For a page just copied from its home. */
    PrivateVersion unchanged() {
        ranges.clear();
        copy.beginComplete();
        home = null;
        whole = false;
        imageLsn = 0;
        return this;
    }

    /** For a page just created: nothing on its home matters. */
    PrivateVersion created() {
        unchanged();
        whole = true;
        return this;
    }

    /** For a version copied from an older one at a savepoint: it differs from the home page wherever that one does. */
    PrivateVersion copyOf(PrivateVersion older) {
        ranges.copyFrom(older.ranges);
        whole = older.whole;
        imageLsn = 0;
        copy.beginAs(older.copy);
        home = older.home;
        return this;
    }

    /** For a page of which only the header is copied yet: its home stays pinned until the transaction ends. */
    void copyWhereTouched(Frame pinned) {
        home = pinned;
        copy.begin(pinned.usable());
    }

    /** Its home, if that stays pinned until the transaction ends; else null. */
    @Nullable Frame pinnedHome() {
        return home;
    }

    /** Its bytes, while it is in that frame, pinned. */
    PageBytes bytesIn(Frame frame) {
        if (copy.isComplete()) {
            return frame.usable();
        }
        copy.into(frame.usable(), frame);
        return copy;
    }

    /** Copies what is missing, into the pinned frame that it is in. */
    void completeIn(Frame frame) {
        copy.into(frame.usable(), frame);
        copy.complete();
    }

    /** Whether its home has to be read where the private page has not been touched. */
    boolean isPartial() {
        return !copy.isComplete();
    }

    /** Where it differs from its home page; means nothing once {@link #whole()}. */
    ChangedRanges ranges() {
        return ranges;
    }

    /** Whether it must be, or had better be, logged as an image, whatever the redo point. */
    boolean whole() {
        return whole;
    }

    /** Whether it holds what its home page holds. */
    boolean unchangedFromHome() {
        return !whole && ranges.count() == 0;
    }

    /** Notes changed bytes; once {@code limit} bytes are reached, ranges are no longer worth keeping. */
    void changed(int offset, int length, int limit) {
        if (!whole) {
            ranges.add(offset, length);
            whole = RangesRecord.bodyBytes(ranges) > limit;
        }
    }

    /** LSN of the image that was logged of it, 0 if none was. */
    long imageLsn() {
        return imageLsn;
    }

    /** Notes that an image of it was logged. */
    void imageLogged(long lsn) {
        imageLsn = lsn;
    }
}
