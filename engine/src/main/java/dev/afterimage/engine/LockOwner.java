package dev.afterimage.engine;

import org.jspecify.annotations.Nullable;

/**
 * A transaction as the page locks see it: what it holds, and the one request it waits for.
 *
 * <p>Used by one thread, except for {@link #waiting} and what {@link DeadlockSearch} notes here under its own lock. Reused from transaction to transaction, with its
 * requests, so that locking makes no garbage.
 */
final class LockOwner {
    private static final int TABLE_MIN = 16;
    private static final int KEPT_MAX = 1024;

    private @Nullable LockRequest[] table = new LockRequest[TABLE_MIN];
    private int held;
    private @Nullable LockRequest spares;

    @Nullable Thread thread;
    long transactionId;
    /** The id of the first attempt at this work: the younger is given up first, and a retry keeps its age, so that it is not young for ever. */
    long age;
    volatile @Nullable LockRequest waiting;
    /** Set before its locks are seen, and never again. */
    boolean recovered;

    /** Notes of the search that last came by. */
    long searchRun;
    @Nullable LockOwner cameFrom;

    /** What a crash left unfinished: it holds locks until it is rolled back, and belongs to no thread. */
    void beginRecovered(long id) {
        recovered = true;
        transactionId = id;
    }

    void begin(Thread ofThread, long id, long ageOfWork) {
        assert held == 0 && waiting == null && !recovered;
        thread = ofThread;
        transactionId = id;
        age = ageOfWork;
    }

    int held() {
        return held;
    }

    /** One of the pages it holds; there is one. */
    long anyHeld() {
        int slot = 0;
        while (table[slot] == null) {
            slot++;
        }
        return table[slot].page;
    }

    /** What it holds on a page, or null. */
    @Nullable LockRequest find(long page) {
        int mask = table.length - 1;
        for (int slot = slot(page, mask);; slot = (slot + 1) & mask) {
            LockRequest request = table[slot];
            if (request == null || request.page == page) {
                return request;
            }
        }
    }

    /** A request that holds nothing and stands in no queue. */
    LockRequest request(long page) {
        LockRequest request = spares;
        if (request == null) {
            request = new LockRequest(this);
        } else {
            spares = request.nextSpare;
            request.nextSpare = null;
        }
        request.page = page;
        request.circle = null;
        return request;
    }

    /** Gives a request back that holds nothing. */
    void spare(LockRequest request) {
        assert !request.holds && request.writer == null && request.readers == 0;
        request.entry = null;
        request.nextSpare = spares;
        spares = request;
    }

    /** Notes that a request holds its page. */
    void remember(LockRequest request) {
        assert request.holds && find(request.page) == null;
        if (held >= table.length / 2) {
            LockRequest[] old = table;
            table = new LockRequest[old.length * 2];
            for (LockRequest each : old) {
                if (each != null) {
                    insert(each);
                }
            }
        }
        insert(request);
        held++;
    }

    private void insert(LockRequest request) {
        int mask = table.length - 1;
        int slot = slot(request.page, mask);
        while (table[slot] != null) {
            slot = (slot + 1) & mask;
        }
        table[slot] = request;
    }

    /** Gives all held requests to {@code locks} to release, and is empty then. */
    void releaseAll(PageLocks locks) {
        for (int slot = 0; slot < table.length && held > 0; slot++) {
            LockRequest request = table[slot];
            if (request != null) {
                table[slot] = null;
                held--;
                locks.release(request);
                spare(request);
            }
        }
        assert held == 0;
        if (table.length > KEPT_MAX) {
            // What one large transaction needed is not kept for the small ones after it.
            table = new LockRequest[TABLE_MIN];
            spares = null;
        }
    }

    private static int slot(long page, int mask) {
        return (int) ((page * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    }
}
