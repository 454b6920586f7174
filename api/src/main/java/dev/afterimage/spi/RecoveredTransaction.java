package dev.afterimage.spi;

import java.util.function.LongConsumer;

/**
 * A transaction that a crash left unfinished and that is rolled back while the store is open already (rule A11).
 *
 * <pre>
 *   recover() ──► forEachPage ──► (the store opens) ──► rollBack, again and again ──► true: done, its locks are freed
 *                                                            │ close() or a crash comes between
 *                                                            ▼
 *                                                       the next recover() finds what is left of it
 * </pre>
 *
 * <p>One thread at a time. The engine holds an exclusive lock on each of its pages from before the store opens until {@link #rollBack} has answered true, so no other
 * transaction reads or writes them meanwhile; the strategy is free to change them as a rollback of an open transaction would. Two recovered transactions never have a page
 * in common. Checkpoints, other transactions and snapshots go on beside it.
 */
public interface RecoveredTransaction {
    /** What the background work is called that rolls such transactions back, for tests that decide when it runs ({@link BackgroundTasks#repeat}). */
    String TASK = "rollback after recovery";

    /** The number it had. */
    long id();

    /**
     * Names each page that it may have changed, created or discarded, pages of the engine's own included; in any order, and more than once if that is easier. Called once, before the store
     * opens, so it must be quick: a hundred thousand pages and a million changes in a small part of a second, from what {@link RecoveryStrategy#recover()} read anyway.
     */
    void forEachPage(LongConsumer pages);

    /** About how many changes are still to be undone; for people who watch. Any thread may ask. */
    long changesLeft();

    /**
     * Undoes some of it, newest change first. The engine calls this from background work until the answer is true, one recovered transaction after another; between two calls the
     * store may be closed, and that waits for no more than one call.
     *
     * <p>When the answer is true its rollback has a place in the order of the log like that of any other rollback: whatever commits on its pages afterwards cannot survive a crash that takes the
     * rollback back. It need not be durable, and it needs no room on the disk.
     *
     * @param changes about how many to undo, at least 1; undoing one is always enough
     * @return whether it is rolled back to its beginning
     * @throws dev.afterimage.api.CacheExhaustedException if every page of memory is in use just now; nothing is half done, and it will be called again. Anything else fails the store (rule F1),
     *         and the next recovery goes on
     */
    boolean rollBack(int changes);
}
