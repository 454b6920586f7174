package dev.afterimage.shadowpaging;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.shadowpaging.CommittedPages.View;
import dev.afterimage.spi.StrategyEvents;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fixes the order of commits, and makes them durable in batches: the only place that moves the root.
 *
 * <p>A commit is put into the pending batch under the <em>commit lock</em>, for as long as a few stores take. Making a batch durable is one thread's work at a time, that of the
 * <em>leader</em>: whoever waits for a batch while nobody leads becomes the leader, in its own thread, so a lone committer pays no hand-over; the others wait ({@link FlipQueue}), and what
 * is committed meanwhile gathers in the next batch. One flip is:
 *
 * <ol>
 *   <li><em>seal</em>: the pending batch becomes the flipping one, an empty one takes its place;
 *   <li><em>write</em> its slots that are not on the disk yet, and the table nodes on the way to them, to slots that neither of the two roots on the disk reaches;
 *   <li><em>sync</em> {@code pages}, its length with it;
 *   <li><em>write the root</em> to the older of its two places, and <em>sync</em> it: the commit point of all commits of the batch;
 *   <li><em>publish</em> the new table, tell those who wait, and free what the flip before this one dropped.
 * </ol>
 *
 * <p>Crash states. Before the first sync returns: root {@code n} is on the disk, in both copies of its place; everything written since lies in slots it does not reach. Between the
 * syncs: the place of root {@code n - 1} may hold {@code n - 1}, {@code n + 1}, or one torn or mixed copy of each; {@code n} is whole, and {@code n + 1}, if it is read, reaches synced
 * bytes only. After the second: {@code n + 1} is read. Never is a slot written that the root to be read may reach, for what flip {@code n + 1} drops waits for flip
 * {@code n + 2} ({@link DroppedSlots}).
 *
 * <p>Any error from the seal on fails the store: the batch's order is fixed, and nobody may call it rolled back.
 */
final class Flips {
    private final SlotSpace space;
    private final ExpectedChecksums expected;
    private final Slots slots;
    private final PageTableUpdate update;
    private final TableShape shape;
    private final AlternatingBlock rootBlock;
    private final CommittedPages committed;
    private final DroppedSlots dropped;
    private final PinnedRoots pinned = new PinnedRoots();
    private final PageTable table;
    private final StrategyEvents events;

    /** Held while a commit is put into the pending batch, and while that batch is sealed. */
    private final ReentrantLock commitLock = new ReentrantLock();
    /** Depth that the table will have when all commits so far are durable; guarded by the commit lock, never shrinks. */
    private int plannedDepth;
    /** Pages of the pending batch that were committed twice; guarded by the commit lock. */
    private int replacedPages;
    private volatile boolean pagesReturnSoon;
    private final AtomicLong highestBegun;

    private final FlipQueue queue = new FlipQueue(new Flipping());
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** The newest root known to be synced; written by the leader. */
    private volatile FlipRecord durable;
    /** The slots of the pages of the batch sealed last, in rising order; the leader's. */
    private LongList sealedSlots = new LongList();
    /** Dropped slots that became free again, since the store was opened. */
    private final AtomicLong freedSlots = new AtomicLong();

    /**
     * Flips from here on.
     *
     * @param parts what the store is made of
     * @param durable the newest root, synced
     */
    Flips(ShadowParts parts, AlternatingBlock rootBlock, FlipRecord durable, StrategyEvents events) {
        space = parts.space();
        expected = parts.expected();
        slots = parts.slots();
        shape = parts.shape();
        update = parts.update();
        this.rootBlock = rootBlock;
        this.durable = durable;
        this.events = events;
        WalkEpochs epochs = new WalkEpochs();
        dropped = new DroppedSlots(epochs);
        table = new PageTable(shape, parts.pool(), space, expected);
        committed = new CommittedPages(parts.pool(), space, expected, table, epochs, new View(newBatch(), null, durable.root()));
        plannedDepth = durable.root().depth();
        highestBegun = new AtomicLong(durable.highestTransactionId());
        slots.onFullDisk(this::freeDropped);
    }

    /** What transactions read. */
    CommittedPages committed() {
        return committed;
    }

    /** The newest durable root. */
    FlipRecord durable() {
        return durable;
    }

    /** A transaction of that number begins. */
    void begun(long transactionId) {
        long highest = highestBegun.get();
        while (transactionId > highest && !highestBegun.compareAndSet(highest, transactionId)) {
            highest = highestBegun.get();
        }
    }

    /** Whether the store has failed. */
    boolean hasFailed() {
        return failure.get() != null;
    }

    /** Throws {@link StoreFailedException} once the store has failed. */
    void checkUsable() {
        if (failure.get() != null) {
            throw failed();
        }
    }

    /**
     * Fixes a commit's place in the order and makes it visible. Throws only while nothing is fixed.
     *
     * @param pageIds pages changed, rising
     * @param places for each its final slot, which is the store's from now on, or {@link PageOverlay#DISCARDED}
     * @param replaced empty; filled with slots of commits of the same batch that this one replaced, which are free by then
     * @return the batch it is in
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no room for the table nodes its flip may need
     */
    CommitBatch commit(LongList pageIds, LongList places, LongList replaced) {
        replaced.ensureRoom(pageIds.size());
        CommitBatch batch;
        int lastResorts = 0;
        while (true) {
            int missing;
            commitLock.lock();
            try {
                checkUsable();
                batch = committed.view().pending();
                int depth = Math.max(plannedDepth, shape.depthFor(pageIds.get(pageIds.size() - 1)));
                missing = batch.nodes().countNew(pageIds, plannedDepth, depth);
                batch.nodes().ensureRoom(missing);
                batch.overlay().ensureRoom(pageIds.size());
                if (slots.reserve(missing)) {
                    install(batch, pageIds, places, depth, replaced);
                    break;
                }
            } finally {
                commitLock.unlock();
            }
            lastResorts += slots.makeRoom(missing, lastResorts);
        }
        // Slots of commits of the same batch that this one replaces: no root will ever reach them, and this transaction has had their pages' locks to itself.
        try {
            slots.giveAll(replaced);
        } catch (RuntimeException | Error afterTheLine) {
            throw fail(afterTheLine);
        }
        return batch;
    }

    /** The line after which a commit cannot be rolled back. Nothing here can fail: the slots are reserved, and all memory that is needed is allocated. */
    private void install(CommitBatch batch, LongList pageIds, LongList places, int depth, LongList replaced) {
        assert commitLock.isHeldByCurrentThread();
        batch.nodes().add(pageIds, plannedDepth, depth);
        plannedDepth = depth;
        for (int i = 0; i < pageIds.size(); i++) {
            long before = batch.overlay().put(pageIds.get(i), places.get(i));
            if (before >= 0) {
                replaced.add(before);
            }
        }
        replacedPages += replaced.size();
    }

    /** Whether a commit that will wait had better write its pages itself: while another flip is on its way, and unless pages are committed again so soon that many of these writes would be in vain. */
    boolean isWritingAheadWorthwhile() {
        return queue.isLed() && !pagesReturnSoon;
    }

    /** The newest batch that is not durable, or null: what a transaction has to wait for that changed nothing, but may have seen anything committed so far (rule D3). */
    @Nullable CommitBatch newestUndurable() {
        View view = committed.view();
        return view.pending().isEmpty() ? view.flipping() : view.pending();
    }

    /** Makes everything committed so far durable; returns whether there was anything. */
    boolean flipPending() {
        CommitBatch newest = newestUndurable();
        if (newest == null) {
            checkUsable();
            return false;
        }
        newest.await();
        return true;
    }

    /**
     * Holds everything committed so far still. What is not durable becomes so first, because only a root that was flipped is a tree that no later commit changes; the flip is shared with all who wait for one.
     */
    ShadowSnapshot openSnapshot() {
        flipPending();
        return new ShadowSnapshot(this, table, pinned.pin(() -> durable));
    }

    /** A snapshot has ended: what was kept for it alone is free. */
    void unpin(PinnedRoots.Pin pin) {
        slots.giveAll(pinned.unpin(pin));
    }

    /** Slots that are kept for snapshots alone. */
    long slotsKeptForSnapshots() {
        return pinned.count();
    }

    /** The last flip: makes everything durable, and notes that the store was closed in good order. No transaction is active. */
    void flipForClose() {
        flipWanted(true);
    }

    /** Flips once more from here on, though nothing may be pending. */
    private void flipWanted(boolean forClosing) {
        CommitBatch batch;
        commitLock.lock();
        try {
            batch = committed.view().pending();
            batch.want(forClosing);
        } finally {
            commitLock.unlock();
        }
        awaitDurable(batch);
    }

    /** Returns when a batch is durable, leading its flip where nobody else does. */
    private void awaitDurable(CommitBatch batch) {
        queue.await(batch);
        if (!batch.isDurable()) {
            throw failed();
        }
    }

    private final class Flipping implements FlipQueue.Duty {
        @Override
        public boolean isOver(CommitBatch batch) {
            return batch.isDurable() || hasFailed();
        }

        @Override
        public @Nullable CommitBatch flip() {
            return Flips.this.flip();
        }

        @Override
        public void tidyUp(CommitBatch flipped) {
            try {
                free(flipped);
            } catch (RuntimeException | Error unexpected) {
                throw fail(unexpected);
            }
        }

        @Override
        public CommitBatch gathering() {
            return committed.view().pending();
        }

        @Override
        public @Nullable CommitBatch failed() {
            return committed.view().flipping();
        }
    }

    /** One flip, by the leader; answers the batch that is durable now, if there was any reason to flip one. */
    private @Nullable CommitBatch flip() {
        checkUsable();
        try {
            CommitBatch batch = seal();
            if (batch == null) {
                return null;
            }
            FlipRecord before = durable;
            TableRoot root = before.root();
            long slotsSynced = before.slots();
            if (!batch.isEmpty()) {
                root = writeBatch(root, batch);
                slotsSynced = slots.count(); // before the sync, so that it covers them
                space.sync();
            }
            FlipRecord next = new FlipRecord(before.flip() + 1, root, highestBegun.get(), batch.isClosing(), slotsSynced);
            rootBlock.write(next.encode(shape.pageSize()));
            finish(batch, next);
            return batch;
        } catch (RuntimeException | Error cause) {
            throw fail(cause);
        }
    }

    private @Nullable CommitBatch seal() {
        commitLock.lock();
        try {
            View view = committed.view();
            assert view.flipping() == null;
            CommitBatch sealed = view.pending();
            if (!sealed.isWanted()) {
                return null;
            }
            pagesReturnSoon = replacedPages > sealed.overlay().size() / 4;
            replacedPages = 0;
            committed.publish(new View(newBatch(), sealed, view.root()));
            return sealed;
        } finally {
            commitLock.unlock();
        }
    }

    /** Writes everything the new root will reach and the old one does not; returns the new root. */
    private TableRoot writeBatch(TableRoot old, CommitBatch batch) {
        LongList pageIds = batch.overlay().pageIds();
        LongList places = new LongList();
        sealedSlots = new LongList();
        for (int i = 0; i < pageIds.size(); i++) {
            long place = batch.overlay().get(pageIds.get(i));
            places.add(place);
            if (place >= 0) {
                sealedSlots.add(place);
            }
        }
        // In the order of slots, not of pages: slots are given out side by side, so these are few long runs.
        sealedSlots.sort();
        update.writePages(sealedSlots);
        TableRoot root = update.apply(old, pageIds, places);
        assert update.written().size() <= batch.nodes().size() : "a flip wrote more nodes than its commits reserved";
        return root;
    }

    /** The root is synced: nothing here can undo that. */
    private void finish(CommitBatch batch, FlipRecord next) {
        boolean changed = !batch.isEmpty();
        durable = next;
        dropped.announce(changed ? update.dropped().size() : 0);
        committed.publish(new View(committed.view().pending(), null, next.root()));
        batch.setDurable();
        if (changed) {
            // After `durable` moved on: whoever pins a root from now on pins this one, which has these slots.
            pinned.born(next.flip(), update.written());
            pinned.born(next.flip(), sealedSlots);
            // From now on the table answers for the checksums of these slots.
            forget(update.written());
            forget(sealedSlots);
            slots.release(batch.nodes().size() - update.written().size());
            dropped.add(update.dropped(), next.flip());
        }
        LongList reusable = new LongList();
        DroppedSlots.Dropped unneeded = dropped.takeReusable(next.flip());
        while (unneeded != null) {
            LongList unpinned = pinned.dropped(unneeded.flip(), unneeded.slots());
            reusable.addAll(unpinned);
            dropped.given(unneeded.slots().size() - unpinned.size());
            unneeded = dropped.takeReusable(next.flip());
        }
        batch.setReusable(reusable);
        if (batch.isWantedAnyhow()) {
            free(batch); // whoever wants a flip of its own wants these
        }
    }

    /** Frees what the flip of a batch found nobody to need; by whoever led it, perhaps while somebody else leads the next. */
    private void free(CommitBatch batch) {
        LongList reusable = batch.takeReusable();
        slots.giveAll(reusable);
        freedSlots.addAndGet(reusable.size());
        dropped.given(reusable.size());
    }

    private void forget(LongList written) {
        for (int i = 0; i < written.size(); i++) {
            expected.forget(written.get(i));
        }
    }

    /**
     * The disk is full: flips so that what commits replaced can be used again. What the last flip dropped needs one more flip, what the pending batch replaces needs two. Returns
     * whether that freed anything.
     */
    private boolean freeDropped() {
        long before = freedSlots.get();
        for (int flips = 0; flips < 2 && freedSlots.get() == before; flips++) {
            if (dropped.count() == 0 && newestUndurable() == null) {
                return false;
            }
            flipWanted(false);
        }
        return freedSlots.get() > before;
    }

    private CommitBatch newBatch() {
        return new CommitBatch(new NodesToWrite(shape), this::awaitDurable);
    }

    /** Fails the store, once: something went wrong that can no longer be rolled back. Returns what to throw. */
    StoreFailedException fail(Throwable cause) {
        if (failure.compareAndSet(null, cause)) {
            events.failed(cause);
        }
        queue.wakeAll();
        return failed();
    }

    private StoreFailedException failed() {
        Throwable cause = failure.get();
        return new StoreFailedException("the store failed while it made commits durable (" + cause + "); open it again to recover", cause);
    }
}
