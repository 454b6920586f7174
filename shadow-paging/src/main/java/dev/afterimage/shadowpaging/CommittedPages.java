package dev.afterimage.shadowpaging;

import java.util.concurrent.locks.LockSupport;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import org.jspecify.annotations.Nullable;

/**
 * What is committed, durable or not, as transactions see it.
 *
 * <p>A page is looked for in three places, newest first: the batch that gathers commits, the batch that is being flipped, the durable page table. Readers pick up all three with one
 * volatile load ({@link View}) and take no lock. The caller holds the page's lock, so nobody commits this page meanwhile: whatever view is picked up, it gives the page's current
 * slot, and that slot is neither freed nor changed before the caller lets go of the lock. (What does change under a reader are the table nodes on the way: {@link WalkEpochs}.)
 */
final class CommittedPages {
    private static final int LOOKS = 100;
    private static final int YIELDS = 50;
    private static final long NAP_NANOS = 20_000;

    private final BufferPool pool;
    private final SlotSpace space;
    private final ExpectedChecksums expected;
    private final PageTable table;
    private final WalkEpochs epochs;
    private volatile View view;

    CommittedPages(BufferPool pool, SlotSpace space, ExpectedChecksums expected, PageTable table, WalkEpochs epochs, View first) {
        this.pool = pool;
        this.space = space;
        this.expected = expected;
        this.table = table;
        this.epochs = epochs;
        view = first;
    }

    /**
     * All that is committed.
     *
     * @param pending commits that nobody flips yet
     * @param flipping commits that are being made durable, if any are
     * @param root the newest durable table
     */
    record View(CommitBatch pending, @Nullable CommitBatch flipping, TableRoot root) {
    }

    /** What is committed now. */
    View view() {
        return view;
    }

    /** Publishes another view; by the thread that flips, only. */
    void publish(View next) {
        view = next;
    }

    /** Whether a page exists; the caller holds its lock. */
    boolean exists(long pageId, PageTable.Entry scratch) {
        return locate(pageId, scratch) != PageOverlay.DISCARDED;
    }

    /** Pins a page's current slot, or returns null if the page does not exist; the caller holds its lock. */
    @Nullable Frame pin(long pageId, PageTable.Entry scratch) {
        for (int looks = 0;; looks++) {
            long slot = locate(pageId, scratch);
            if (slot == PageOverlay.DISCARDED) {
                return null;
            }
            if (slot == PageOverlay.ABSENT) {
                return table.pin(scratch.slot(), scratch.checksum());
            }
            Frame frame = pinUndurable(slot);
            if (frame != null) {
                return frame;
            }
            // The slot was in no table when we looked, and by now it is: look again. (Or it is just being written for the first time.)
            if (looks < LOOKS) {
                Thread.onSpinWait();
            } else if (looks < LOOKS + YIELDS) {
                Thread.yield(); // whoever is waited for may need this processor, or be a virtual thread that needs this carrier
            } else {
                LockSupport.parkNanos(this, NAP_NANOS);
            }
        }
    }

    /** The slot where an overlay has the page; {@link PageOverlay#ABSENT} where the table has it, then in {@code found}; {@link PageOverlay#DISCARDED} where nobody has it. */
    private long locate(long pageId, PageTable.Entry found) {
        // The walk is announced before the view is picked up: the nodes of its root then stay until the walk ends.
        int walk = epochs.enter();
        try {
            View now = view;
            long slot = now.pending().overlay().get(pageId);
            if (slot == PageOverlay.ABSENT && now.flipping() != null) {
                slot = now.flipping().overlay().get(pageId);
            }
            if (slot != PageOverlay.ABSENT) {
                return slot;
            }
            return table.find(now.root(), pageId, found) ? PageOverlay.ABSENT : PageOverlay.DISCARDED;
        } finally {
            epochs.exit(walk);
        }
    }

    private @Nullable Frame pinUndurable(long slot) {
        Frame resident = pool.pinResident(space, slot);
        if (resident != null) {
            return resident;
        }
        // Not in memory, so it was written: its checksum is known from then, until the flip is through.
        if (!expected.expectWritten(slot)) {
            return null;
        }
        try {
            return pool.pin(space, slot);
        } finally {
            expected.release(slot);
        }
    }
}
