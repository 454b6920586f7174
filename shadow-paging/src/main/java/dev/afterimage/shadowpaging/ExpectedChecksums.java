package dev.afterimage.shadowpaging;

import dev.afterimage.api.StoreDamagedException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the bytes of a slot must sum up to when they are read: the parents' knowledge, brought to where the disk is read.
 *
 * <p>A slot holds no checksum of itself. Its plain checksum is found here while
 * <ul>
 *   <li>the slot was <em>written</em> and no durable table knows it yet (a spilled page of a running transaction, a page of a commit that waits for its flip): from {@link #written} until
 *       {@link #forget};
 *   <li>somebody who found it in the table is about to <em>pin</em> it: from {@link #expect} until {@link #release}.
 * </ul>
 * So the map holds as many entries as there are slots written and not yet durable, and reads in flight; a page found in the cache does not come here at all.
 *
 * <p>Striped open addressing; removal shifts entries back, so that nothing piles up. Safe for many threads.
 */
final class ExpectedChecksums {
    private static final int STRIPES = 64;

    private final Stripe[] stripes = new Stripe[STRIPES];

    ExpectedChecksums() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** These bytes are being written to the slot; what was known of it before is void. */
    void written(long slot, int checksum) {
        stripe(slot).put(slot, checksum, true);
    }

    /** The slot is durable, and known to the table, or given back: forgets what was written. */
    void forget(long slot) {
        stripe(slot).drop(slot, true);
    }

    /** Somebody who knows the checksum from the table is about to read the slot. */
    void expect(long slot, int checksum) {
        stripe(slot).put(slot, checksum, false);
    }

    /** Somebody is about to read a slot that should be known as written; false if it is not, or no longer. */
    boolean expectWritten(long slot) {
        return stripe(slot).retain(slot);
    }

    /** Ends {@link #expect} or a successful {@link #expectWritten}. */
    void release(long slot) {
        stripe(slot).drop(slot, false);
    }

    /** The plain checksum that the slot's bytes must have. */
    int of(long slot) {
        return stripe(slot).get(slot);
    }

    /** Slots that are known. */
    int size() {
        int size = 0;
        for (Stripe stripe : stripes) {
            size += stripe.size();
        }
        return size;
    }

    private Stripe stripe(long slot) {
        return stripes[(int) (slot & STRIPES - 1)];
    }

    /** One part of the map with a lock of its own. */
    private static final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        /** Slot + 1, or 0 where free. */
        private long[] keys = new long[16];
        private int[] checksums = new int[16];
        /** Twice the number of readers in flight, plus 1 if written. */
        private int[] holders = new int[16];
        private int size;

        void put(long slot, int checksum, boolean written) {
            lock.lock();
            try {
                int at = find(slot);
                if (keys[at] == 0) {
                    if (2 * (size + 1) > keys.length) {
                        enlarge();
                        at = find(slot);
                    }
                    keys[at] = slot + 1;
                    checksums[at] = checksum;
                    holders[at] = 0;
                    size++;
                }
                if (written) {
                    checksums[at] = checksum;
                    holders[at] |= 1;
                } else {
                    if (checksums[at] != checksum) {
                        throw new StoreDamagedException("slot " + slot + ": the page table gives it two checksums");
                    }
                    holders[at] += 2;
                }
            } finally {
                lock.unlock();
            }
        }

        boolean retain(long slot) {
            lock.lock();
            try {
                int at = find(slot);
                if (keys[at] == 0) {
                    return false;
                }
                holders[at] += 2;
                return true;
            } finally {
                lock.unlock();
            }
        }

        void drop(long slot, boolean written) {
            lock.lock();
            try {
                int at = find(slot);
                if (keys[at] == 0) {
                    // A page that never left memory was never written.
                    assert written : "slot " + slot + " was not expected by anybody";
                    return;
                }
                if (written) {
                    holders[at] &= ~1;
                } else {
                    assert holders[at] >= 2;
                    holders[at] -= 2;
                }
                if (holders[at] == 0) {
                    remove(at);
                }
            } finally {
                lock.unlock();
            }
        }

        int get(long slot) {
            lock.lock();
            try {
                int at = find(slot);
                if (keys[at] == 0) {
                    throw new IllegalStateException("slot " + slot + " is read, but nobody said what to expect there");
                }
                return checksums[at];
            } finally {
                lock.unlock();
            }
        }

        int size() {
            lock.lock();
            try {
                return size;
            } finally {
                lock.unlock();
            }
        }

        private int home(long slot) {
            return (int) (slot * 0x9E3779B97F4A7C15L >>> 33) & keys.length - 1;
        }

        private int find(long slot) {
            int at = home(slot);
            while (keys[at] != 0 && keys[at] != slot + 1) {
                at = at + 1 & keys.length - 1;
            }
            return at;
        }

        private void remove(int removed) {
            int mask = keys.length - 1;
            int hole = removed;
            for (int at = hole + 1 & mask; keys[at] != 0; at = at + 1 & mask) {
                // The entry may fill the hole unless its home lies after the hole, on the way to where it is.
                if ((at - home(keys[at] - 1) & mask) >= (at - hole & mask)) {
                    keys[hole] = keys[at];
                    checksums[hole] = checksums[at];
                    holders[hole] = holders[at];
                    hole = at;
                }
            }
            keys[hole] = 0;
            size--;
        }

        private void enlarge() {
            long[] oldKeys = keys;
            int[] oldChecksums = checksums;
            int[] oldHolders = holders;
            // All three first, so that running out of memory here changes nothing.
            long[] largerKeys = new long[2 * oldKeys.length];
            int[] largerChecksums = new int[largerKeys.length];
            int[] largerHolders = new int[largerKeys.length];
            keys = largerKeys;
            checksums = largerChecksums;
            holders = largerHolders;
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0) {
                    int at = find(oldKeys[i] - 1);
                    keys[at] = oldKeys[i];
                    checksums[at] = oldChecksums[i];
                    holders[at] = oldHolders[i];
                }
            }
        }
    }
}
