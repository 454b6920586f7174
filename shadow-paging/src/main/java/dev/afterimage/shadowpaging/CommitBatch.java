package dev.afterimage.shadowpaging;

import dev.afterimage.spi.CommitTicket;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;

/**
 * Commits that become durable together, by one flip; and the ticket of each of them.
 *
 * <pre>
 *   PENDING ---seal---> FLIPPING ---root synced---> DURABLE
 * </pre>
 *
 * While it is pending, commits are added under the commit lock. From the seal on nothing in it changes. Readers look into the overlay without a lock in every state.
 */
final class CommitBatch implements CommitTicket {
    private final PageOverlay overlay = new PageOverlay();
    private final Condition outcome;
    private final Consumer<CommitBatch> waiter;
    /** Guarded by the commit lock until the seal. */
    private long reserved;
    private volatile boolean durable;

    /**
     * An empty batch.
     *
     * @param outcome signalled when it is durable, or when somebody is wanted to lead its flip
     * @param waiter what a ticket does to wait
     */
    CommitBatch(Condition outcome, Consumer<CommitBatch> waiter) {
        this.outcome = outcome;
        this.waiter = waiter;
    }

    /** Where the pages of these commits are. */
    PageOverlay overlay() {
        return overlay;
    }

    /** Takes over slots that were reserved for the table nodes this batch will need. */
    void addReserved(long slots) {
        reserved += slots;
    }

    /** Slots that are reserved for its flip. */
    long reserved() {
        return reserved;
    }

    boolean isEmpty() {
        return overlay.isEmpty();
    }

    boolean isDurable() {
        return durable;
    }

    /** The root that reaches all this is synced. */
    void setDurable() {
        durable = true;
    }

    Condition outcome() {
        return outcome;
    }

    @Override
    public void await() {
        if (!durable) {
            waiter.accept(this);
        }
    }
}
