package dev.afterimage.spi;

/** A place in the commit order; group commit lives in its wait. */
@FunctionalInterface
public interface CommitTicket {
    /** A ticket for what is durable already. */
    CommitTicket DONE = () -> {
    };

    /**
     * Returns when the level asked for holds for this commit and all ordered before it. An interrupt does not end the wait and is still pending afterwards.
     *
     * @throws dev.afterimage.api.StoreFailedException if it cannot be known whether the commit will survive
     */
    void await();
}
