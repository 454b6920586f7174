package dev.afterimage.buffer;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a no-steal transaction has written so far: its own newest version of each page, with the versions that its savepoints may want back.
 *
 * <pre>{@code
 * Frame frame = pages.pinForWrite(pageId);
 * if (frame == null) {                      // its first write of this page: copy what is committed
 *     frame = pages.add(pageId);
 *     ...
 * }
 * try {
 *     frame.latchExclusive();               // eviction may be writing it to its slot
 *     ... change bytes ...
 *     frame.markDirty(Frame.NO_RECOVERY_LSN);
 *     frame.unlatchExclusive();
 * } finally {
 *     frame.unpin();
 * }
 * }</pre>
 *
 * <p>Each version is a page in a slot of its own, in a space that nothing durable refers to; it is in the pool as any page is, and spills by ordinary eviction,
 * so a transaction may be far larger than the pool (rule L1). A version made before the last {@link #mark()} is not written again: the first write after the
 * mark goes to a copy. {@link #rollbackTo} drops the copies, writes nothing, and so needs no room on the disk.
 *
 * <p>Versions are a stack: an array of them in the order they were made, each knowing the version of its page that it hides; a mark is the stack's height. One
 * page is pinned at a time here, so that small pools suffice. A crash takes all of it. For one thread at a time; to be used again after {@link #clear()}.
 */
public final class PrivatePages {
    private static final long DISCARDED = -1;
    private static final int CAPACITY_MIN = 16;
    private static final int CAPACITY_KEPT = 1 << 14;

    private final BufferPool pool;
    private final PageSpace space;
    private final SlotSource slots;
    private final LongToIntMap newest = new LongToIntMap();
    private final Cursor cursor = new Cursor();

    // The stack of versions, one array per field.
    private long[] pageIds = new long[CAPACITY_MIN];
    private long[] slotOf = new long[CAPACITY_MIN];
    private int[] hidden = new int[CAPACITY_MIN];
    private @Nullable Object[] attachments = new @Nullable Object[CAPACITY_MIN];
    private int height;
    /** Versions from here on were made after the last mark, and may be written in place. */
    private int levelStart;

    /**
     * An empty write set.
     *
     * @param pool where versions are cached
     * @param space where they spill
     * @param slots pages of that space for this transaction alone
     */
    public PrivatePages(BufferPool pool, PageSpace space, SlotSource slots) {
        this.pool = pool;
        this.space = space;
        this.slots = slots;
    }

    /** Whether there is no private version, and nothing discarded. */
    public boolean isEmpty() {
        return newest.size() == 0;
    }

    /** Pages that have a private version or are discarded. */
    public int size() {
        return newest.size();
    }

    /** Whether the page has a private version or is discarded: what is committed is not to be looked at. */
    public boolean contains(long pageId) {
        return newest.get(pageId) != LongToIntMap.ABSENT;
    }

    /** Whether the page was discarded here, and not added again. */
    public boolean isDiscarded(long pageId) {
        int version = newest.get(pageId);
        return version != LongToIntMap.ABSENT && slotOf[version] == DISCARDED;
    }

    /** Pins the newest version for reading; null if there is none or the page is discarded. The caller unpins it. */
    public @Nullable Frame pin(long pageId) {
        int version = newest.get(pageId);
        return version == LongToIntMap.ABSENT || slotOf[version] == DISCARDED ? null : pool.pin(space, slotOf[version]);
    }

    /**
     * Pins the newest version for writing, after copying it if it is older than the last mark; null if there is none or the page is discarded. The caller
     * changes it under its exclusive latch, marks it dirty and unpins it.
     *
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no slot for the copy; nothing has changed then
     */
    public @Nullable Frame pinForWrite(long pageId) {
        int version = newest.get(pageId);
        if (version == LongToIntMap.ABSENT || slotOf[version] == DISCARDED) {
            return null;
        }
        return version >= levelStart ? pool.pin(space, slotOf[version]) : copy(version);
    }

    private Frame copy(int version) {
        // By way of a buffer, so that this holds one pin at a time: threads that hold one and wait for another could exhaust a small pool.
        ByteBuffer bytes = pool.pageCopies().take();
        try {
            Frame original = pool.pin(space, slotOf[version]);
            try {
                original.page().get(0, bytes);
            } finally {
                original.unpin();
            }
            Frame frame = pinFreshSlot(false);
            frame.latchExclusive();
            try {
                frame.page().put(0, bytes.flip());
                frame.markDirty(Frame.NO_RECOVERY_LSN);
            } finally {
                frame.unlatchExclusive();
            }
            push(pageIds[version], frame.number());
            return frame;
        } finally {
            pool.pageCopies().give(bytes);
        }
    }

    /**
     * Makes a version of a page that has none here, or is discarded: zeros, pinned and dirty. The caller fills it under its exclusive latch, marks it dirty and
     * unpins it.
     *
     * @throws IllegalStateException if the page has a private version
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no slot for it; nothing has changed then
     */
    public Frame add(long pageId) {
        return add(pageId, true, null);
    }

    /**
     * The same for a caller that overwrites all of it: not zeros but anything, and perhaps clean.
     *
     * @param attachment what to hang on the version, as {@link #attach} does
     * @throws IllegalStateException if the page has a private version
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no slot for it; nothing has changed then
     */
    public Frame addToOverwrite(long pageId, @Nullable Object attachment) {
        return add(pageId, false, attachment);
    }

    /**
     * The same for a caller who must not wait for a frame, because another page is pinned: null, and nothing has changed, where none is free at once.
     *
     * @throws IllegalStateException if the page has a private version
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no slot for it; nothing has changed then
     */
    public @Nullable Frame addToOverwriteAtOnce(long pageId) {
        checkNone(pageId);
        if (!pool.mayHaveFreeFrame()) {
            return null; // without taking a slot, and giving it back, each time
        }
        long slot = slots.take();
        Frame frame = null;
        try {
            frame = pool.pinToOverwriteAtOnce(space, slot);
        } finally {
            if (frame == null) {
                slots.give(slot);
            }
        }
        return frame == null ? null : push(pageId, frame, null);
    }

    private Frame add(long pageId, boolean zeros, @Nullable Object attachment) {
        checkNone(pageId);
        return push(pageId, pinFreshSlot(zeros), attachment);
    }

    private void checkNone(long pageId) {
        int version = newest.get(pageId);
        if (version != LongToIntMap.ABSENT && slotOf[version] != DISCARDED) {
            throw new IllegalStateException("page " + pageId + " has a private version already");
        }
    }

    private Frame push(long pageId, Frame frame, @Nullable Object attachment) {
        int version = newest.get(pageId);
        if (version != LongToIntMap.ABSENT && version >= levelStart) {
            slotOf[version] = frame.number();
        } else {
            push(pageId, frame.number());
            version = height - 1;
        }
        attachments[version] = attachment;
        return frame;
    }

    /**
     * Remembers a page as discarded, whether it has a private version or not. Nobody has it pinned.
     *
     * @throws IllegalStateException if it is discarded already
     */
    public void discard(long pageId) {
        int version = newest.get(pageId);
        if (version != LongToIntMap.ABSENT && slotOf[version] == DISCARDED) {
            throw new IllegalStateException("page " + pageId + " is discarded already");
        }
        if (version != LongToIntMap.ABSENT && version >= levelStart) {
            giveBack(version);
            slotOf[version] = DISCARDED;
            attachments[version] = null;
        } else {
            push(pageId, DISCARDED);
        }
    }

    /** Remembers this place; later marks are not smaller. */
    public long mark() {
        levelStart = height;
        return height;
    }

    /**
     * Drops every version made since the mark, which stays good; later ones are gone. Nothing may be pinned.
     *
     * @param mark what {@link #mark()} returned, or 0 for everything
     */
    public void rollbackTo(long mark) {
        if (mark < 0 || mark > height) {
            throw new IllegalArgumentException("mark: expected 0 to " + height + ", found " + mark);
        }
        while (height > mark) {
            int version = height - 1;
            giveBack(version);
            if (hidden[version] == LongToIntMap.ABSENT) {
                newest.remove(pageIds[version]);
            } else {
                newest.put(pageIds[version], hidden[version]);
            }
            attachments[version] = null;
            height--;
        }
        levelStart = height;
    }

    /** What the caller hung on the newest version; null if nothing. A copy made after a mark starts with nothing. */
    public @Nullable Object attachment(long pageId) {
        return attachments[versionOf(pageId)];
    }

    /** What hangs on the version that the newest one hides; null if nothing, or if it hides none. */
    public @Nullable Object olderAttachment(long pageId) {
        int below = hidden[versionOf(pageId)];
        return below == LongToIntMap.ABSENT ? null : attachments[below];
    }

    /** Hangs an object on the newest version; it goes when the version goes. */
    public void attach(long pageId, @Nullable Object attachment) {
        attachments[versionOf(pageId)] = attachment;
    }

    private int versionOf(long pageId) {
        int version = newest.get(pageId);
        if (version == LongToIntMap.ABSENT) {
            throw new IllegalStateException("page " + pageId + " has no private version");
        }
        return version;
    }

    /**
     * Walks the newest versions, discarded pages too, in the order of page ids. The cursor is always the same object: one walk at a time, and no writes during
     * it.
     */
    public Cursor inPageOrder() {
        cursor.start();
        return cursor;
    }

    /** Forgets everything and gives every slot back. Nothing may be pinned. */
    public void clear() {
        forget(false);
    }

    /** Forgets everything, and gives back the slots of hidden versions only: those of the final ones are the caller's from now on. Nothing may be pinned. */
    public void clearKeepingFinal() {
        forget(true);
    }

    private void forget(boolean keepNewest) {
        while (height > 0) {
            int version = height - 1;
            if (!keepNewest || newest.get(pageIds[version]) != version) {
                giveBack(version);
            }
            attachments[version] = null;
            height--;
        }
        levelStart = 0;
        newest.clear();
        if (pageIds.length > CAPACITY_KEPT) {
            resize(CAPACITY_MIN);
        }
        cursor.forget();
    }

    private Frame pinFreshSlot(boolean zeros) {
        long slot = slots.take();
        try {
            return zeros ? pool.pinNew(space, slot) : pool.pinToOverwrite(space, slot);
        } catch (RuntimeException | Error e) {
            slots.give(slot);
            throw e;
        }
    }

    private void push(long pageId, long slot) {
        if (height == pageIds.length) {
            resize(height * 2);
        }
        pageIds[height] = pageId;
        slotOf[height] = slot;
        hidden[height] = newest.get(pageId);
        newest.put(pageId, height);
        height++;
    }

    /** Gives a version's slot back, unless it has none. The pool forgets it first: after the give it may be anybody's. One that is kept for this thread's next version stays in the cache. */
    private void giveBack(int version) {
        long slot = slotOf[version];
        if (slot == DISCARDED) {
            return;
        }
        if (slots.keep(slot)) {
            pool.letBe(space, slot);
        } else {
            pool.discard(space, slot);
            slots.give(slot);
        }
    }

    private void resize(int capacity) {
        pageIds = Arrays.copyOf(pageIds, capacity);
        slotOf = Arrays.copyOf(slotOf, capacity);
        hidden = Arrays.copyOf(hidden, capacity);
        attachments = Arrays.copyOf(attachments, capacity);
    }

    /** A walk over the newest versions. */
    public final class Cursor {
        private long[] sorted = new long[CAPACITY_MIN];
        private int count;
        private int at = -1;
        private int version = LongToIntMap.ABSENT;

        private Cursor() {}

        private void start() {
            if (sorted.length < newest.size()) {
                sorted = new long[Math.max(newest.size(), sorted.length * 2)];
            }
            count = 0;
            for (int version = 0; version < height; version++) {
                if (newest.get(pageIds[version]) == version) {
                    sorted[count++] = pageIds[version];
                }
            }
            assert count == newest.size() : count + " newest versions, " + newest.size() + " pages";
            Arrays.sort(sorted, 0, count);
            at = -1;
            version = LongToIntMap.ABSENT;
        }

        private void forget() {
            count = 0;
            at = -1;
            version = LongToIntMap.ABSENT;
            if (sorted.length > CAPACITY_KEPT) {
                sorted = new long[CAPACITY_MIN];
            }
        }

        /** Goes on to the next page; false behind the last one. */
        public boolean next() {
            if (at < count) {
                at++;
            }
            version = at < count ? newest.get(sorted[at]) : LongToIntMap.ABSENT;
            return at < count;
        }

        /** The page. */
        public long pageId() {
            return pageIds[version()];
        }

        private int version() {
            if (version == LongToIntMap.ABSENT) {
                throw new IllegalStateException("the walk is not at a page: call next() until it says false");
            }
            return version;
        }

        /** Whether the page ceases to exist. */
        public boolean isDiscarded() {
            return slot() == DISCARDED;
        }

        /** The slot of its newest version; -1 if it is discarded. */
        public long slot() {
            return slotOf[version()];
        }

        /**
         * Pins its newest version. The caller unpins it.
         *
         * @throws IllegalStateException if the page is discarded
         */
        public Frame pin() {
            if (isDiscarded()) {
                throw new IllegalStateException("page " + pageId() + " is discarded and has no bytes");
            }
            return pool.pin(space, slot());
        }

        /** What hangs on its newest version; null if nothing. */
        public @Nullable Object attachment() {
            return attachments[version()];
        }
    }
}
