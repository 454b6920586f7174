package dev.afterimage.shadowpaging;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.spi.CommitTicket;

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
    private final Consumer<CommitBatch> waiter;
    /** The nodes for which slots are reserved; guarded by the commit lock until the seal. */
    private final NodesToWrite nodes;
    private final AtomicReference<FlipQueue.@Nullable Waiter> waiters = new AtomicReference<>();
    /** Whether it is to be flipped even if nothing is committed, and whether its flip closes the store; guarded by the commit lock until the seal. */
    private boolean wanted;
    private boolean closing;
    private LongList reusable = new LongList();
    private volatile boolean durable;

    /**
     * An empty batch.
     *
     * @param nodes no nodes yet
     * @param waiter what a ticket does to wait
     */
    CommitBatch(NodesToWrite nodes, Consumer<CommitBatch> waiter) {
        this.nodes = nodes;
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

    /** Asks for it to be flipped though it may be empty. */
    void want(boolean forClosing) {
        wanted = true;
        closing |= forClosing;
    }

    /** Whether there is any reason to flip it. */
    boolean isWanted() {
        return wanted || !isEmpty();
    }

    /** Whether it is flipped for the sake of the flip. */
    boolean isWantedAnyhow() {
        return wanted;
    }

    /** Whether its flip is the last act of the store. */
    boolean isClosing() {
        return closing;
    }

    /** Its flip found that nobody needs these slots any more. */
    void setReusable(LongList slots) {
        reusable = slots;
    }

    /** The slots that its flip found nobody to need; answered once. */
    LongList takeReusable() {
        LongList slots = reusable;
        reusable = new LongList();
        return slots;
    }

    /** Those that wait for it: {@link FlipQueue}. */
    AtomicReference<FlipQueue.@Nullable Waiter> waiters() {
        return waiters;
    }

    @Override
    public void await() {
        if (!durable) {
            waiter.accept(this);
        }
    }
}
