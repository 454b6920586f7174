package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A page's place in memory, pinned by whoever got it from the pool.
 *
 * <pre>{@code
 * Frame frame = pool.pin(homePages, 7);
 * try {
 *     frame.latchExclusive();
 *     try {
 *         frame.usable().putLong(0, balance);
 *         PageHeader.setPageLsn(frame.page(), lsn);
 *         frame.markDirty(lsn);
 *     } finally {
 *         frame.unlatchExclusive();
 *     }
 * } finally {
 *     frame.unpin();
 * }
 * }</pre>
 *
 * <p>A pin keeps the page in this frame; it says nothing about its bytes. Whoever changes bytes holds the latch exclusively, and calls {@link #markDirty} after
 * the last change and before letting go of the latch (private pages have {@link #markChangedByOwner}); a write-back holds the latch shared. A reader that another protocol (the engine's page locks) keeps apart
 * from writers needs no latch. Safe for many threads.
 */
public final class Frame {
    /** Recovery LSN of a page that no log speaks of. */
    public static final long NO_RECOVERY_LSN = Long.MAX_VALUE;

    /*
     * The state word. Low bits count the pins; two flags; the rest is a turn that moves whenever somebody owns the frame alone.
     *
     *   OWNED    somebody has it alone (free, loading, leaving): it cannot be pinned, its identity may change. Pins are 0.
     *   WRITING  somebody writes it back: it can be pinned, cannot be owned, and nobody else writes it.
     *
     * Identity (space, number) changes only while OWNED, and every owning moves the turn. So whoever reads the state, then the identity, then swaps the state
     * for one pin more, has pinned the page whose identity it read.
     */
    private static final long PINS = (1L << 20) - 1;
    private static final long WRITING = 1L << 20;
    private static final long OWNED = 1L << 21;
    private static final long TURN = 1L << 22;

    private static final VarHandle STATE;
    private static final VarHandle CHANGES;
    private static final VarHandle RECOVERY_LSN;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Frame.class, "state", long.class);
            CHANGES = MethodHandles.lookup().findVarHandle(Frame.class, "changes", long.class);
            RECOVERY_LSN = MethodHandles.lookup().findVarHandle(Frame.class, "recoveryLsn", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** What came of an attempt to pin. */
    enum Pinning { PINNED, OWNED_BY_SOMEBODY, ANOTHER_PAGE }

    private final int index;
    private final OffHeapBytes page;
    private final OffHeapBytes usable;
    private final StampedLock latch = new StampedLock();

    private volatile long state = OWNED;

    /** Next frame of the page table's chain; changed under the stripe's lock, followed without it. */
    volatile @Nullable Frame chained;

    // The identity; written while OWNED, published by the state.
    private @Nullable PageSpace space;
    private long number;
    private long key;

    // Dirty means that changes and writtenChanges differ. Both move only under the latch: changes exclusively, writtenChanges by the one writer, shared. Private pages are an exception: the one thread that may
    // change them moves both without it (see markChangedByOwner).
    // Changes is moved by release: who may rely on seeing it has it from the latch, from owning the frame (unpinning is a full fence), or has waited for an epoch that was left after it.
    private volatile long changes;
    private volatile long writtenChanges;
    private volatile long recoveryLsn = NO_RECOVERY_LSN;

    // What eviction goes by; hits change them without a lock, and a lost update does no harm.
    private int frequency;
    private int touchedAt;

    Frame(int index, OffHeapBytes page, int headerBytes) {
        this.index = index;
        this.page = page;
        this.usable = page.window(headerBytes, page.length() - headerBytes);
    }

    /** Where the page lives. */
    public PageSpace space() {
        return Objects.requireNonNull(space, "this frame holds no page");
    }

    /** The page's number in its space. */
    public long number() {
        return number;
    }

    /** The whole page; always the same object for a frame. */
    public OffHeapBytes page() {
        return page;
    }

    /** The page without the header that the pool was told to leave out; always the same object for a frame. */
    public OffHeapBytes usable() {
        return usable;
    }

    /**
     * Gives one pin back; the caller must not touch the page after it.
     *
     * @throws IllegalStateException if nobody has it pinned
     */
    public void unpin() {
        long before = (long) STATE.getAndAdd(this, -1L);
        if ((before & PINS) == 0) {
            STATE.getAndAdd(this, 1L);
            throw new IllegalStateException(this + " was unpinned more often than pinned");
        }
    }

    /**
     * Notes that the page differs from its durable version, after the last change and with the exclusive latch still held.
     *
     * @param lsn first log record that recovery would need to make this change again, {@link #NO_RECOVERY_LSN} where no log speaks of the page; the frame keeps
     *        the smallest since its last completed write
     * @throws IllegalStateException if the frame is not pinned, or nobody holds its latch exclusively
     */
    public void markDirty(long lsn) {
        if (!latch.isWriteLocked() || (state & PINS) == 0) {
            throw new IllegalStateException(this + " was marked dirty without a pin and the exclusive latch: a write-back beside it could miss the change");
        }
        noteChange(lsn);
    }

    /**
     * The same without the latch, for a page that one thread alone ever changes, and that no log speaks of: a private one. To be called after each change, with the page pinned since before it.
     *
     * <p>A write-back beside the change may have written half of it. But it counts as the write of those changes that were marked before it read a byte, so behind this mark the page is dirty whatever
     * that write did, and is written again before it leaves. A write-back that sees the mark, which is a release, sees the bytes before it.
     *
     * @throws IllegalStateException if the frame is not pinned
     */
    public void markChangedByOwner() {
        if ((state & PINS) == 0) {
            throw new IllegalStateException(this + " was marked as changed without a pin: it may have left meanwhile");
        }
        CHANGES.setRelease(this, changes + 1);
    }

    /** Whether the page differs from what was last written. */
    public boolean isDirty() {
        return changes != writtenChanges;
    }

    /** The smallest recovery LSN since the last completed write; {@link #NO_RECOVERY_LSN} if there is none. */
    public long recoveryLsn() {
        return recoveryLsn;
    }

    /** Waits until nobody else holds the latch. It is not reentrant, and is to be let go of before any call of {@code writeBack} for this page. */
    public void latchExclusive() {
        latch.writeLock();
    }

    /** Lets go of the exclusive latch. */
    public void unlatchExclusive() {
        if (!latch.tryUnlockWrite()) {
            throw new IllegalStateException(this + " is not latched exclusively");
        }
    }

    /** Waits until nobody holds the latch exclusively. Not to be taken by the holder of either latch. */
    public void latchShared() {
        latch.readLock();
    }

    /** Lets go of a shared latch. */
    public void unlatchShared() {
        if (!latch.tryUnlockRead()) {
            throw new IllegalStateException(this + " is not latched shared");
        }
    }

    boolean tryLatchShared() {
        return latch.tryReadLock() != 0;
    }

    @Override
    public String toString() {
        PageSpace in = space;
        return in == null ? "frame " + index + " (empty)" : "frame " + index + " (page " + number + " of " + in.name() + ")";
    }

    // ---- what the pool does with a frame

    int index() {
        return index;
    }

    /** Hash of the identity, for the page table and the ghost queue. */
    long key() {
        return key;
    }

    boolean holds(PageSpace inSpace, long wanted) {
        return number == wanted && space == inSpace;
    }

    boolean isIn(PageSpace someSpace) {
        return space == someSpace;
    }

    /** Whether it holds a page; the owner of a frame asks. */
    boolean isResident() {
        return space != null;
    }

    Pinning tryPin(PageSpace inSpace, long wanted) {
        for (;;) {
            long seen = state;
            if (!holds(inSpace, wanted)) {
                return Pinning.ANOTHER_PAGE;
            }
            if ((seen & OWNED) != 0) {
                return Pinning.OWNED_BY_SOMEBODY;
            }
            if ((seen & PINS) == PINS) {
                throw new IllegalStateException(this + " is pinned " + PINS + " times: somebody does not unpin");
            }
            if (STATE.compareAndSet(this, seen, seen + 1)) {
                return Pinning.PINNED;
            }
        }
    }

    boolean isPinned() {
        return (state & PINS) != 0;
    }

    boolean isOwned() {
        return (state & OWNED) != 0;
    }

    boolean isBeingWritten() {
        return (state & WRITING) != 0;
    }

    /** Takes the frame alone if nobody pins or writes it. It may turn out to be dirty: look after, not before. */
    boolean tryOwn() {
        long seen = state;
        return (seen & (PINS | WRITING | OWNED)) == 0 && STATE.compareAndSet(this, seen, seen + TURN + OWNED);
    }

    /** The same for the one that is writing it and has finished; on failure it still counts as being written. */
    boolean tryOwnAfterWriting() {
        long seen = state;
        assert (seen & WRITING) != 0 && (seen & OWNED) == 0 : this;
        return (seen & PINS) == 0 && STATE.compareAndSet(this, seen, seen + TURN + OWNED - WRITING);
    }

    /** From alone to writing, for an owner that found the page dirty. */
    void ownToWriting() {
        long seen = state;
        assert (seen & (PINS | WRITING | OWNED)) == OWNED : this;
        state = seen - OWNED + WRITING;
    }

    /** From alone to resident, pinned that many times. */
    void publish(int pins) {
        long seen = state;
        assert (seen & (PINS | WRITING | OWNED)) == OWNED : this;
        state = seen - OWNED + pins;
    }

    /** Becomes the one that writes the page back, unless somebody owns or writes it. */
    boolean tryStartWriting() {
        long seen = state;
        while ((seen & (WRITING | OWNED)) == 0) {
            if (STATE.compareAndSet(this, seen, seen + WRITING)) {
                return true;
            }
            seen = state;
        }
        return false;
    }

    /** The same, only if nobody pins it. */
    boolean tryStartWritingUnpinned() {
        long seen = state;
        return (seen & (PINS | WRITING | OWNED)) == 0 && STATE.compareAndSet(this, seen, seen + WRITING);
    }

    void endWriting() {
        long before = (long) STATE.getAndAdd(this, -WRITING);
        assert (before & WRITING) != 0 : this;
    }

    /** Takes an identity; only its owner may. */
    void become(@Nullable PageSpace newSpace, long newNumber, long newKey) {
        assert isOwned() && !isBeingWritten() && !isPinned() : this;
        space = newSpace;
        number = newNumber;
        key = newKey;
        writtenChanges = changes;
        recoveryLsn = NO_RECOVERY_LSN;
    }

    /** For the owner, or under the exclusive latch. */
    void noteChange(long lsn) {
        // The recovery LSN first: whoever sees the page dirty must see from where.
        if (lsn < recoveryLsn) {
            RECOVERY_LSN.setRelease(this, lsn);
        }
        CHANGES.setRelease(this, changes + 1);
    }

    long changes() {
        return changes;
    }

    /** Counts as clean from here on, for nobody wants its changes; for the one that alone changes the page, and pins it. A write that is under way may make it dirty again, which costs a write. */
    void forgetChanges() {
        assert isPinned() && recoveryLsn == NO_RECOVERY_LSN : this;
        writtenChanges = changes;
    }

    /** A write of the page as it was after that many changes has completed; called under the shared latch that the write was made under. */
    void written(long changesWritten) {
        assert isBeingWritten() && latch.isReadLocked() : this;
        if (changes == changesWritten) {
            recoveryLsn = NO_RECOVERY_LSN;
        }
        // Last: whoever sees the page clean may forget it.
        writtenChanges = changesWritten;
    }

    /**
     * Counts a hit for eviction, at most once per {@code period} admissions: several pins in a row by one transaction are one use, not many.
     *
     * @param now admissions so far
     */
    void touch(int now, int period) {
        if (now - touchedAt >= period) {
            touchedAt = now;
            if (frequency < EvictionQueues.FREQUENCY_MAX) {
                frequency++;
            }
        }
    }

    int frequency() {
        return frequency;
    }

    void setFrequency(int value) {
        frequency = value;
    }

    void resetTouches(int now) {
        frequency = 0;
        touchedAt = now;
    }
}
