package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Where the stream ends, and what before its end is still being written: appenders take their places here, without a lock.
 *
 * <pre>
 *   int slot = tail.enter();                    // 1. "I am about to write at or after the end as I see it"
 *   while (!tail.reserve(slot, end, span)) ...  // 2. the place is mine: one compare-and-set on the end
 *   ...                                         // 3. copy, beside others
 *   tail.leave(slot);                           // 4. published
 * </pre>
 *
 * <p>Whoever writes the stream out takes an end, and waits until no slot holds a position before it ({@link #awaitPublished}).
 *
 * <p>Why nothing is missed: what a slot holds is never greater than the place that its thread reserves, and it is there before the place is reserved, in the one order that all volatile accesses have. So whoever sees an end
 * sees all slots of places before it, or finds them left; and what was written before a slot was left is seen by whoever sees it left.
 *
 * <p>The end can be <em>shut</em>, so that nobody reserves: for going over to another segment. Positions are multiples of 8, so the lowest bit says it.
 *
 * <p>There are fewer slots than there may be threads, for they are all looked at for each write; whoever finds its own taken takes the next, and waits only where sixteen others are copying. The idea is that of
 * PostgreSQL's WAL insertion locks. Safe for many threads.
 */
final class LogTail {
    /** Threads that may copy at a time. */
    static final int SLOTS = 16;

    private static final long FREE = Long.MAX_VALUE;
    private static final long SHUT = 1;
    /** Cells are as far apart as two cache lines, which processors fetch together. */
    private static final int SPACING = 16;
    private static final int END = SPACING;
    private static final int SPINS = 100;
    private static final int YIELDS = 50;
    private static final long NAP_NANOS = 20_000;

    private final AtomicLongArray cells = new AtomicLongArray((SLOTS + 3) * SPACING);

    LogTail(long end) {
        for (int slot = 0; slot < SLOTS; slot++) {
            cells.set(cell(slot), FREE);
        }
        cells.set(END, end);
    }

    /** The end: what is reserved next begins here. */
    long end() {
        return cells.get(END) & -RecordFormat.ALIGNMENT;
    }

    /** Whether nobody can reserve at present. */
    boolean isShut() {
        return (cells.get(END) & SHUT) != 0;
    }

    /** Takes a slot; to be {@linkplain #leave left} soon, whatever happens. */
    int enter() {
        int slot = (int) (Thread.currentThread().getId() * 0x9E3779B97F4A7C15L >>> 60);
        for (int tries = 0; !cells.compareAndSet(cell(slot), FREE, end()); tries++) {
            slot = slot + 1 & SLOTS - 1;
            if (tries >= SLOTS) {
                pause(tries);
            }
        }
        return slot;
    }

    /** Reserves {@code span} bytes from {@code at} on, if that is the end and not shut. */
    boolean reserve(int slot, long at, int span) {
        if (!cells.compareAndSet(END, at, at + span)) {
            return false;
        }
        cells.setRelease(cell(slot), at); // whoever wants what is before it need not wait any more
        return true;
    }

    /** Reserves without a slot: for the one thread that writes the stream out, and so cannot be waited for. */
    boolean reserve(long at, int span) {
        return cells.compareAndSet(END, at, at + span);
    }

    /** Publishes what its thread has written since {@link #enter}, and gives the slot back. */
    void leave(int slot) {
        cells.setRelease(cell(slot), FREE);
    }

    /** Returns when all that was reserved before {@code end} is published. {@code end} is one that was seen. */
    void awaitPublished(long end) {
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int tries = 0; cells.get(cell(slot)) < end; tries++) {
                pause(tries);
            }
        }
    }

    /** From now on nobody reserves; gives the end. By one thread at a time. */
    long shut() {
        while (true) {
            long end = end();
            if (cells.compareAndSet(END, end, end | SHUT)) {
                return end;
            }
        }
    }

    /** Goes on at {@code end}, which is where it was shut, or later. By the thread that shut it. */
    void reopen(long end) {
        cells.set(END, end);
    }

    /** Whoever is waited for only copies; but it may have been put off its processor in the midst of that. */
    private static void pause(int tries) {
        if (tries < SPINS) {
            Thread.onSpinWait();
        } else if (tries < SPINS + YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private static int cell(int slot) {
        return (slot + 2) * SPACING;
    }
}
