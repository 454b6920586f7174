package dev.afterimage.postgresstyle;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.FullPageImage;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.buffer.PrivatePages;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.wal.WriteAheadLog;

/**
 * Commits: logs the private pages, then the commit record, then puts them into the frames of their home pages.
 *
 * <pre>
 *   append a record per page        may fail; nobody has seen anything, the engine rolls back, recovery finds no commit record
 *   append the commit record        may fail, appending nothing; the same
 *   ------------------------------- from here on the transaction is committed: a failure fails the store, and reopening redoes the rest
 *   install each page               page LSN = LSN of the commit record
 * </pre>
 *
 * <p><b>Invariant: no byte of a transaction reaches a page's home before its commit record is durable</b> (no steal, rule W2). Private pages never go there, and an
 * installed page carries the LSN of the commit record, up to which the write barrier forces the log before the page is written. A page LSN taken from
 * the page's own record would not do: the barrier could let the page out while the commit record, further on, is lost.
 *
 * <p><b>Invariant: in the log, the records of one page stand in the order of their commits</b>, each after the commit record of the one before. The engine holds the locks of
 * all pages written until {@code commit} has returned, and nothing is logged before {@code commit} is called.
 */
final class CommitProcess {
    private final WriteAheadLog log;
    private final PageInstallation installation;
    private final RedoPoint redoPoint;
    private final FailureLatch failure;
    private final AtomicLong lastCommitLsn = new AtomicLong();
    private final LongAdder imageBytes = new LongAdder();

    CommitProcess(WriteAheadLog log, PageInstallation installation, RedoPoint redoPoint, FailureLatch failure) {
        this.log = log;
        this.installation = installation;
        this.redoPoint = redoPoint;
        this.failure = failure;
    }

    /** LSN of the last commit record appended, 0 if there is none: whoever saw any commit saw none after this. */
    long lastCommitLsn() {
        return lastCommitLsn.get();
    }

    /**
     * Waits for all commits ordered before a moment to have their pages in place, and answers the LSN of the newest of them, or a later one that is still before the moment; 0 if there is none.
     *
     * @param moment where the log ended, some time before this call
     * @throws dev.afterimage.api.StoreFailedException if the pages of one could not be put in place
     */
    long settleBefore(long moment) {
        // Whoever appended its commit record before the log ended there had entered before it did so.
        redoPoint.awaitEntered();
        failure.check();
        return Math.min(lastCommitLsn.get(), moment - 1);
    }

    /** Bytes of full-page images logged. */
    long imageBytes() {
        return imageBytes.sum();
    }

    /**
     * Commits what a transaction wrote, and returns the LSN of its commit record; where it opened pages for writing and changed no byte, {@link #lastCommitLsn()}.
     *
     * @throws DiskException while nothing is fixed
     * @throws dev.afterimage.api.StoreFailedException after that
     */
    long commit(long transactionId, WriteSet writes) {
        failure.check();
        // The epoch first, then the redo point: see RedoPoint for why this order cannot leave a page without its image.
        long epoch = redoPoint.enter();
        try {
            long commitLsn = append(transactionId, writes);
            if (commitLsn == 0) {
                return lastCommitLsn();
            }
            raiseLastCommitLsn(commitLsn);
            try {
                installation.install(writes.pages, commitLsn);
            } catch (Throwable cause) {
                // Set before the epoch is left, so that a checkpoint that waits for this commit finds it and does not complete without these pages.
                throw failure.fail("transaction " + transactionId + " is committed, but its pages could not be put in place", cause);
            }
            return commitLsn;
        } finally {
            redoPoint.leave(epoch);
        }
    }

    /** Logs it, and returns the LSN of the commit record; 0 if there was nothing to log. */
    private long append(long transactionId, WriteSet writes) {
        try {
            long point = redoPoint.lsn();
            long firstLsn = 0;
            int records = 0;
            PrivatePages.Cursor cursor = writes.pages.inPageOrder();
            while (cursor.next()) {
                if (PrivateVersion.isUntouched(cursor)) {
                    continue;
                }
                long lsn = cursor.isDiscarded() ? log.append(writes.gone.of(transactionId, cursor.pageId())) : appendPage(transactionId, writes, cursor, point);
                firstLsn = records == 0 ? lsn : firstLsn;
                records++;
            }
            return records == 0 ? 0 : log.append(writes.commit.of(transactionId, firstLsn, records));
        } catch (DiskFullException e) {
            redoPoint.logIsFull();
            throw e;
        }
    }

    private long appendPage(long transactionId, WriteSet writes, PrivatePages.Cursor cursor, long point) {
        PrivateVersion version = PrivateVersion.at(cursor);
        Frame frame = cursor.pin();
        try {
            OffHeapBytes page = frame.page();
            if (version.whole() || FullPageImage.needed(PageHeader.imageLsn(page), point)) {
                version.completeIn(frame);
                ImageRecord image = writes.image.of(transactionId, cursor.pageId(), page);
                long lsn = log.append(image);
                version.imageLogged(lsn);
                imageBytes.add(image.bodyBytes());
                return lsn;
            }
            return log.append(writes.ranges.of(transactionId, cursor.pageId(), PageHeader.pageLsn(page), version.ranges(), frame.usable()));
        } finally {
            frame.unpin();
        }
    }

    private void raiseLastCommitLsn(long commitLsn) {
        long seen = lastCommitLsn.get();
        while (seen < commitLsn && !lastCommitLsn.compareAndSet(seen, commitLsn)) {
            seen = lastCommitLsn.get();
        }
    }
}
