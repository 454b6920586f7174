package dev.afterimage.shadowpaging;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The roots that snapshots read, and the slots that are kept for them alone (rules V1 and V3, mutant S5).
 *
 * <p>A snapshot pins the newest durable root. That tree never changes: what later flips drop of it is only not given out again. Let a slot be <em>born</em> by the first flip whose tree has it, and
 * <em>dropped</em> by the first whose tree has it no more. The root of flip {@code m} reaches it if and only if {@code born <= m < dropped}. A slot that nobody on the disk needs any more
 * ({@link DroppedSlots}) comes here, and is kept by the newest pinned root that reaches it; when that one is unpinned it goes to the next older that reaches it, or is free. (ZFS keeps its dead lists by the same rule.) So a
 * snapshot keeps what its own tree has, and no more: however many commits pass while it is open, what was born after it is reused as ever.
 *
 * <p>Births are noted only while a root is pinned: what is older than the oldest pinned root counts as born by flip 0. Nothing of this is on the disk: after a crash every slot that the newest root does not reach
 * is free. Safe for many threads.
 */
final class PinnedRoots {
    private final ReentrantLock lock = new ReentrantLock();
    /** Rising by flip. */
    private final List<Pin> pins = new ArrayList<>();
    /** By slot, the flip that bore it; 0 where it is older than the oldest pinned root. Shorter than there are slots: the rest is 0. Empty while nothing is pinned. */
    private long[] bornBy = new long[0];

    /** One root that is read by some snapshots. */
    static final class Pin {
        private final long flip;
        private final TableRoot root;
        private int readers;
        /** Slots that this root reaches and no newer pinned root, nor the current one, does. */
        private LongList kept = new LongList();

        private Pin(FlipRecord of) {
            flip = of.flip();
            root = of.root();
        }

        TableRoot root() {
            return root;
        }
    }

    /** Pins the newest durable root, which is asked for under the lock: what it reaches is not free before the matching {@link #unpin}. */
    Pin pin(Supplier<FlipRecord> newest) {
        lock.lock();
        try {
            FlipRecord record = newest.get();
            Pin last = pins.isEmpty() ? null : pins.get(pins.size() - 1);
            assert last == null || last.flip <= record.flip();
            if (last == null || last.flip != record.flip()) {
                last = new Pin(record);
                pins.add(last);
            }
            last.readers++;
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** Ends one reading of a root; what is answered nobody needs any more. */
    LongList unpin(Pin pin) {
        lock.lock();
        try {
            assert pin.readers > 0;
            if (--pin.readers > 0) {
                return new LongList();
            }
            int place = pins.indexOf(pin);
            pins.remove(place);
            LongList unneeded = keep(pin.kept, place - 1);
            pin.kept = new LongList();
            if (pins.isEmpty()) {
                bornBy = new long[0];
            }
            return unneeded;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A flip is durable and is the newest from now on; these slots are in its tree and in none before.
     * To be called before any later flip; the flip that {@link #pin} is given may be this one already.
     */
    void born(long flip, LongList slots) {
        lock.lock();
        try {
            if (pins.isEmpty()) {
                return;
            }
            for (int i = 0; i < slots.size(); i++) {
                int slot = Math.toIntExact(slots.get(i));
                if (slot >= bornBy.length) {
                    bornBy = Arrays.copyOf(bornBy, Math.max(slot + 1, bornBy.length + (bornBy.length >>> 1)));
                }
                bornBy[slot] = flip;
            }
        } finally {
            lock.unlock();
        }
    }

    /** These slots were dropped by a flip, and the disk needs them no more; answers those that no pinned root reaches either, and keeps the others. */
    LongList dropped(long flip, LongList slots) {
        lock.lock();
        try {
            int newest = pins.size() - 1;
            while (newest >= 0 && pins.get(newest).flip >= flip) {
                newest--;
            }
            return keep(slots, newest);
        } finally {
            lock.unlock();
        }
    }

    /** Has the pin at that place keep what its root reaches; older ones reach nothing that this one does not, of what is not in newer trees. Answers the rest. */
    private LongList keep(LongList slots, int place) {
        if (place < 0) {
            return slots;
        }
        Pin keeper = pins.get(place);
        LongList unneeded = new LongList();
        for (int i = 0; i < slots.size(); i++) {
            long slot = slots.get(i);
            long born = slot < bornBy.length ? bornBy[(int) slot] : 0;
            (born <= keeper.flip ? keeper.kept : unneeded).add(slot);
        }
        return unneeded;
    }

    /** Slots that are kept. */
    long count() {
        lock.lock();
        try {
            return pins.stream().mapToLong(pin -> pin.kept.size()).sum();
        } finally {
            lock.unlock();
        }
    }
}
