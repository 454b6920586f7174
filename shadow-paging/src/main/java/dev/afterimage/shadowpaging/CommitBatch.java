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
    /** The nodes for which slots are reserved; guarded by the commit lock until the seal. */
    private final NodesToWrite nodes;
    private volatile boolean durable;

    /**
     * An empty batch.
     *
     * @param nodes no nodes yet
     * @param outcome signalled when it is durable, or when somebody is wanted to lead its flip
     * @param waiter what a ticket does to wait
     */
    CommitBatch(NodesToWrite nodes, Condition outcome, Consumer<CommitBatch> waiter) {
        this.nodes = nodes;
        this.outcome = outcome;
        this.waiter = waiter;
    }

    /** Where the pages of these commits are. */
    PageOverlay overlay() {
        return overlay;
    }

    /** The table nodes that its flip may write; for each a slot is reserved. */
    NodesToWrite nodes() {
        return nodes;
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
