package dev.afterimage.aries;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/** Transactions, by number, without boxing: open addressing, 16 bytes or less for each. It remembers the one added last, for records of one transaction come in a row. One thread. */
final class TransactionSet {
    private static final int FIRST_CAPACITY = 1 << 6;

    private long[] ids = new long[FIRST_CAPACITY]; // 0: the slot is free
    private int size;
    private long last;

    void add(long id) {
        assert id > 0 : "transaction " + id;
        if (id == last) {
            return;
        }
        last = id;
        int slot = find(id);
        if (ids[slot] == id) {
            return;
        }
        if (size >= ids.length / 2) {
            grow();
            slot = find(id);
        }
        ids[slot] = id;
        size++;
    }

    boolean contains(long id) {
        return ids[find(id)] == id;
    }

    /** How many of them are such. */
    long count(LongPredicate such) {
        return Arrays.stream(ids).filter(id -> id != 0 && such.test(id)).count();
    }

    void forEach(LongConsumer action) {
        for (long id : ids) {
            if (id != 0) {
                action.accept(id);
            }
        }
    }

    private int find(long id) {
        int mask = ids.length - 1;
        int slot = (int) (id * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (ids[slot] != 0 && ids[slot] != id) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] old = ids;
        ids = new long[Math.multiplyExact(old.length, 2)];
        for (long id : old) {
            if (id != 0) {
                ids[find(id)] = id;
            }
        }
    }
}
