package dev.afterimage.buffer;

import java.util.Arrays;

/**
 * A map from page ids to small numbers, without boxing: open addressing with linear probing. Values are not negative. Not safe for many threads.
 */
final class LongToIntMap {
    /** What {@link #get} says of an absent key. */
    static final int ABSENT = -1;

    private static final int CAPACITY_MIN = 16;
    /** A map that grew beyond this shrinks again when cleared, so that one huge transaction is not paid for by all that follow. */
    private static final int CAPACITY_KEPT = 1 << 14;

    private long[] keys = new long[CAPACITY_MIN];
    private int[] values = new int[CAPACITY_MIN];
    private int size;

    LongToIntMap() {
        Arrays.fill(values, ABSENT);
    }

    int size() {
        return size;
    }

    int get(long key) {
        for (int i = home(key);; i = next(i)) {
            if (values[i] == ABSENT) {
                return ABSENT;
            }
            if (keys[i] == key) {
                return values[i];
            }
        }
    }

    void put(long key, int value) {
        assert value >= 0;
        if ((size + 1) * 2 > keys.length) {
            grow();
        }
        int i = home(key);
        while (values[i] != ABSENT && keys[i] != key) {
            i = next(i);
        }
        if (values[i] == ABSENT) {
            size++;
        }
        keys[i] = key;
        values[i] = value;
    }

    void remove(long key) {
        int i = home(key);
        while (values[i] != ABSENT && keys[i] != key) {
            i = next(i);
        }
        if (values[i] == ABSENT) {
            return;
        }
        size--;
        // Close the gap: move back each later entry of the run that the gap would cut off from its home (Knuth, The Art of Computer Programming 6.4, algorithm
        // R).
        int gap = i;
        for (int j = next(gap); values[j] != ABSENT; j = next(j)) {
            int fromHomeToEntry = j - home(keys[j]) & keys.length - 1;
            int fromGapToEntry = j - gap & keys.length - 1;
            if (fromHomeToEntry >= fromGapToEntry) {
                keys[gap] = keys[j];
                values[gap] = values[j];
                gap = j;
            }
        }
        values[gap] = ABSENT;
    }

    void clear() {
        if (keys.length > CAPACITY_KEPT) {
            keys = new long[CAPACITY_MIN];
            values = new int[CAPACITY_MIN];
        }
        Arrays.fill(values, ABSENT);
        size = 0;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[oldKeys.length * 2];
        Arrays.fill(values, ABSENT);
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != ABSENT) {
                put(oldKeys[i], oldValues[i]);
            }
        }
    }

    private int home(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        return (int) (hash ^ hash >>> 32) & keys.length - 1;
    }

    private int next(int i) {
        return i + 1 & keys.length - 1;
    }
}
