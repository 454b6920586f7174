package dev.afterimage.innodbstyle;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;

/**
 * A consistent read: one moment of all pages, rebuilt from undo as InnoDB's MVCC does it. It keeps no page; what keeps its moment is that purge leaves the undo alone that it may need.
 *
 * <p>It is its own ticket. One thread.
 */
final class InnodbSnapshot implements StrategySnapshot, CommitTicket {
    private final OpenStore store;
    private final ReadView view;
    private final VersionReader versions;
    private @Nullable Workspace workspace;
    private Durability awaitedLevel = Durability.RELAXED;

    InnodbSnapshot(OpenStore store) {
        this.store = store;
        this.versions = new VersionReader(store.pool(), store.spaces());
        this.workspace = store.takeWorkspace();
        this.view = store.transactions().openView();
    }

    @Override
    public PageAccess read(long pageId) {
        Workspace own = workspace();
        PageCopy copy = store.copies().take(pageId);
        boolean found = false;
        try {
            versions.read(view, copy);
            found = PageHeader.exists(copy.page());
            if (!found) {
                throw new PageNotFoundException("page " + pageId + " did not exist at the moment of this snapshot");
            }
            return own.takeAccess().read(copy);
        } finally {
            if (!found) {
                copy.letGo();
            }
        }
    }

    @Override
    public CommitTicket commit(Durability level) {
        awaitedLevel = level;
        close();
        return this;
    }

    @Override
    public void await() {
        if (view.commitLsn() != 0) { // 0: nothing was committed since the store was opened; recovery made the rest durable
            store.flushAtCommit().await(store.log(), view.commitLsn(), awaitedLevel);
        }
    }

    @Override
    public void close() {
        Workspace own = workspace();
        workspace = null;
        store.transactions().closeView(view);
        store.purge().wake();
        store.give(own);
    }

    private Workspace workspace() {
        Workspace own = workspace;
        if (own == null) {
            throw new IllegalStateException("the snapshot has ended");
        }
        return own;
    }
}
