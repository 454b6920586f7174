package dev.afterimage.api;

/**
 * A unit of work that happens whole or not at all.
 *
 * <pre>{@code
 * try (Transaction transaction = store.begin()) {
 *     try (WritablePage page = transaction.write(7)) {
 *         page.putLong(16, 42);
 *     }
 *     transaction.commit();
 * }
 * }</pre>
 *
 * <p>A transaction belongs to the thread that began it; another thread's call throws {@link TransactionThreadException}. Reading takes a shared lock
 * on the page, writing an exclusive one, both held until commit or rollback. A {@link DeadlockException}, a {@link LockTimeoutException} or a
 * {@link StoreFullException} has rolled the transaction back; {@link PageStore#transact} tries again where that makes sense.
 *
 * <p>A snapshot ({@link TransactionOptions#readOnlySnapshot()}) takes no locks, reads the moment at which it began, and is never rolled back by the store.
 *
 * <p>A crash leaves nothing of a transaction whose {@code commit} was not called; what it leaves of one that committed is said by {@link Durability}.
 */
public interface Transaction extends AutoCloseable {
    /** Its number: never given twice in the life of a store. */
    long id();

    /** Where it stands; any thread may ask. */
    TransactionState state();

    /**
     * Opens a page for reading.
     *
     * @throws PageNotFoundException if the page was never allocated, or was freed
     */
    ReadablePage read(long pageId);

    /**
     * Opens a page for reading and writing. One handle per page may be open for writing at a time.
     *
     * @throws PageNotFoundException if the page was never allocated, or was freed
     * @throws TransactionStateException if the transaction is read-only, or has the page open for writing
     */
    WritablePage write(long pageId);

    /** Takes a free page, or a new one, full of zeros, and opens it; it is free again if the transaction rolls back. */
    WritablePage allocate();

    /**
     * Gives a page back; others may have it once this transaction has committed.
     *
     * @throws PageNotFoundException if the page is not allocated
     */
    void free(long pageId);

    /** Remembers this place; savepoints nest. */
    Savepoint savepoint();

    /** Undoes all since the savepoint, which stays good; later savepoints are gone. Locks are kept. */
    void rollbackTo(Savepoint savepoint);

    /** Commits at the transaction's durability. */
    void commit();

    /**
     * Commits: fixes the order, frees the locks, and returns when the level is reached.
     *
     * @throws CommitOutcomeUnknownException if a sync failed: after reopening the transaction is there whole, or not at all
     * @throws StoreFullException if there was no room; the transaction is rolled back
     */
    void commit(Durability level);

    /** Undoes everything and ends the transaction. */
    void rollback();

    /** Rolls back if still active. */
    @Override
    void close();
}
