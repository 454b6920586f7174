package dev.afterimage.engine;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyTransaction;

/** A snapshot where the engine expects a strategy's transaction: it reads, and never changes anything, so a savepoint of it is nothing and nothing is undone. */
final class SnapshotTransaction implements StrategyTransaction {
    private final StrategySnapshot snapshot;

    SnapshotTransaction(StrategySnapshot snapshot) {
        this.snapshot = snapshot;
    }

    @Override
    public PageAccess read(long pageId) {
        return snapshot.read(pageId);
    }

    @Override
    public PageAccess write(long pageId) {
        throw readOnly();
    }

    @Override
    public PageAccess create(long pageId) {
        throw readOnly();
    }

    @Override
    public void discard(long pageId) {
        throw readOnly();
    }

    @Override
    public void changed(PageAccess access, PageChange change) {
        throw readOnly();
    }

    private static AssertionError readOnly() {
        return new AssertionError("a write got past a transaction that is read-only");
    }

    @Override
    public long mark() {
        return 0;
    }

    @Override
    public void rollbackTo(long mark) {
        // Nothing was done since.
    }

    @Override
    public CommitTicket commit(Durability level) {
        return snapshot.commit(level);
    }

    @Override
    public void rollback() {
        snapshot.close();
    }
}
