package dev.afterimage.postgresstyle;

import java.util.Objects;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.SnapshotTooOldException;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;

/**
 * A moment held still: a position of the log. A page whose LSN lies before it is seen as it is at home, copied under the latch; of any other the version that the moment sees was kept before it was overwritten.
 *
 * <pre>
 *   choose the moment M       from here on commits keep what M sees                  ({@link KeptVersions})
 *   wait for commits before M they put their pages in place, and wait for nobody     ({@link CommitProcess#settleBefore})
 *   read                      a home with an LSN before M is what M sees, for all before M is in place
 * </pre>
 *
 * <p>It is its own ticket. One thread.
 */
final class PostgresStyleSnapshot implements StrategySnapshot, CommitTicket {
    private final OpenStore store;
    private final Snapshots snapshots;
    private final KeptVersions.Moment moment;
    /** No commit that it sees lies behind this. */
    private final long newestCommitLsn;
    private Durability awaitedLevel = Durability.RELAXED;
    private boolean ended;

    PostgresStyleSnapshot(OpenStore store) {
        this.store = store;
        snapshots = store.snapshots();
        moment = snapshots.openMoment();
        try {
            newestCommitLsn = snapshots.commits().settleBefore(moment.lsn());
        } catch (RuntimeException | Error e) {
            snapshots.overwritten().closeMoment(moment);
            throw e;
        }
    }

    @Override
    public PageAccess read(long pageId) {
        if (ended) {
            throw new IllegalStateException("the snapshot has ended");
        }
        if (pageId < 0) {
            throw notFound(pageId);
        }
        KeptVersion version = snapshots.overwritten().find(pageId, moment);
        SnapshotPage page = snapshots.takePage(store.pool().pageSize());
        try {
            if (version == null && copyHome(pageId, page.copy())) {
                if (!PageHeader.exists(page.copy())) {
                    throw notFound(pageId);
                }
                return page.openCopy(pageId);
            }
            // Where it was replaced between the two looks, it can be found now.
            return page.openKept(pageId, pin(version != null ? version : Objects.requireNonNull(snapshots.overwritten().find(pageId, moment), "a version that is seen was not kept")));
        } catch (RuntimeException | Error e) {
            snapshots.givePage(page);
            throw e;
        }
    }

    /** Copies the home page, whose bytes stand still for that long; false if a commit behind the moment wrote it. */
    private boolean copyHome(long pageId, OffHeapBytes copy) {
        Frame home = snapshots.installation().pinForSnapshot(pageId);
        home.latchShared();
        try {
            if (PageHeader.pageLsn(home.page()) >= moment.lsn()) {
                return false;
            }
            home.page().copyTo(0, copy, 0, copy.length());
            return true;
        } finally {
            home.unlatchShared();
            home.unpin();
        }
    }

    private Frame pin(KeptVersion version) {
        if (version.hasSlot()) {
            return snapshots.overwritten().pin(version);
        }
        RuntimeException loss = version.loss();
        if (loss == null) {
            throw notFound(version.pageId());
        }
        throw new SnapshotTooOldException("page " + version.pageId() + " is there no more as it was at the moment of this snapshot: it was replaced, and could not be kept (" + loss.getMessage()
                + "); begin another snapshot", loss);
    }

    private static PageNotFoundException notFound(long pageId) {
        return new PageNotFoundException("page " + pageId + " did not exist at the moment of this snapshot");
    }

    @Override
    public CommitTicket commit(Durability level) {
        awaitedLevel = level;
        close();
        return this;
    }

    @Override
    public void await() {
        store.await(newestCommitLsn, awaitedLevel);
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            snapshots.overwritten().closeMoment(moment);
        }
    }
}
