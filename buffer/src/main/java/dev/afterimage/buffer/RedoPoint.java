package dev.afterimage.buffer;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The LSN at which redo would begin, as commits have to see it, and as it is on the disk.
 *
 * <p>A checkpoint moves it in two steps. First {@link #lsn()} moves, so that commits log a new image of each page they touch; then, when all pages changed before it are
 * at their homes and synced, {@link #durableLsn()} follows. In between the two differ, and that is safe: images above the new one are above the old one too.
 *
 * <p><b>Why a torn page always has an image at or after the durable redo point R</b> (the proof behind full-page images; the scheme is PostgreSQL's, see
 * {@code src/backend/access/transam/README}, "Write-Ahead Log Coding"):
 * <ol>
 *   <li>A page is torn by a write that no sync followed. Every write of a home page before R became durable was followed by the sync of R's checkpoint; so the torn write came after
 *       that sync began, hence after the checkpoint had written back and cleaned every frame changed by commits of epochs before R's (it waited for them).
 *   <li>So the frame was made dirty again by a commit C that was not among those: one that entered an epoch opened after R was published. C therefore saw a redo point of at least R
 *       (it entered first and read the point afterwards, while the checkpoint published first and opened the epoch afterwards).
 *   <li>C compared that point with the page's image LSN. That LSN is in the page's own header, where a restart finds it again. Either it was below the point, and C logged an image, after
 *       R because C appended all its records after it had entered; or it was not below, and an image at or after R is in the log already.
 *   <li>That image is durable before the page is written: the page LSN is that of a commit record further on, and the write barrier forces the log up to it.
 *   <li>The log from R on is kept until a later redo point is durable (C3).
 * </ol>
 * Commits of an epoch before R's may append change ranges after R, without an image. All their pages were written and synced by R's checkpoint, so redo finds a page LSN at or above
 * theirs and skips them, or finds the page torn by a later write, whose image comes later in the log.
 *
 * <p>Told here of a strategy that changes home pages at commit. One that changes them at once (steal) enters for each change in place of each commit, and so keeps the same proof.
 */
public final class RedoPoint {
    private final ReentrantLock opening = new ReentrantLock();
    private final ChangeEpochs epochs = new ChangeEpochs();
    private volatile long lsn;
    private volatile long durableLsn;
    private volatile boolean logFull;

    /** Begins at the first LSN of a log just begun, which the control file names. */
    public RedoPoint(long lsn) {
        this.lsn = lsn;
        this.durableLsn = lsn;
    }

    /** Joins the current epoch; {@link #leave} must follow. Ask for {@link #lsn()} after this and not before. */
    public long enter() {
        return epochs.enter();
    }

    /** Leaves the epoch. */
    public void leave(long epoch) {
        epochs.leave(epoch);
    }

    /** Pages whose last image lies below need a new one. */
    public long lsn() {
        return lsn;
    }

    /** What the control file says. */
    public long durableLsn() {
        return durableLsn;
    }

    /** Publishes a new redo point, then waits for the commits that may have decided by the old one. Later commits do not wait. */
    public void advanceTo(long newLsn) {
        opening.lock();
        try {
            assert newLsn >= lsn : "the redo point would go back from " + lsn + " to " + newLsn;
            lsn = newLsn;
            epochs.openNextAndAwaitOlder();
        } finally {
            opening.unlock();
        }
    }

    /** Returns when every commit that had entered before this was called has left. Later commits do not wait, and the redo point stays where it is. */
    public void awaitEntered() {
        opening.lock();
        try {
            epochs.openNextAndAwaitOlder();
        } finally {
            opening.unlock();
        }
    }

    /**
     * The control file names this point now.
     *
     * @param point the one that {@link #advanceTo} published, or an earlier one
     */
    public void becameDurable(long point) {
        assert point >= durableLsn && point <= lsn : "redo would begin at " + point + ", not between " + durableLsn + " and " + lsn;
        durableLsn = point;
        logFull = false;
    }

    /** A commit found no room for its records: only a checkpoint can help, by freeing segments. */
    public void logIsFull() {
        logFull = true;
    }

    /** Whether {@link #logIsFull} has been called since the last checkpoint. */
    public boolean isLogFull() {
        return logFull;
    }
}
