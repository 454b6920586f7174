package dev.afterimage.spi;

import dev.afterimage.api.Durability;

/**
 * One moment of the whole store, held still for a reader ({@link OptionalTrait#SNAPSHOT_READS}, rules V1 to V3).
 *
 * <p>Its moment is a place in the commit order: it sees every commit whose order was fixed when {@link RecoveryStrategy#openSnapshot} was called, some prefix of those being fixed meanwhile, and
 * nothing else; unfinished transactions, recovered ones included, are not seen. The engine takes no page locks for it: reading never waits for a transaction, nor makes one wait (it may wait for the
 * disk, and for latches held for a few instructions).
 *
 * <p>One thread at a time; any number of snapshots are open beside transactions and checkpoints, each for as long as its reader likes. The engine ends each with exactly one of {@link #commit} and
 * {@link #close}, having closed every access before, and has ended all before it closes the strategy. A crash leaves nothing of a snapshot: what was kept for it is free after recovery.
 */
public interface StrategySnapshot extends AutoCloseable {
    /**
     * Opens a page as it was at the moment.
     *
     * @throws dev.afterimage.api.PageNotFoundException if the page did not exist then
     */
    PageAccess read(long pageId);

    /** Ends it, having been read to the reader's satisfaction. The ticket stands for all commits that it could see (rule D3), at this level. Throws nothing that a ticket's wait would not throw. */
    CommitTicket commit(Durability level);

    /** Ends it; what was kept for it alone may go. */
    @Override
    void close();
}
