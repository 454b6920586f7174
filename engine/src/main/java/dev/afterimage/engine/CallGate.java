package dev.afterimage.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Keeps a transaction's thread and the thread that closes the store apart.
 *
 * <pre>
 *            enter                exit, no page open
 *    IDLE ───────────► IN_CALL ─────────────────────► IDLE
 *      │                 ▲  │
 *      │ take            │  │ exit, pages open
 *      ▼           enter │  ▼
 *    TAKEN             PAGES_OPEN
 *
 *            claim                free
 *   UNUSED ──────────► IN_CALL ──────────► UNUSED
 * </pre>
 *
 * <p>While {@code IN_CALL} or {@code PAGES_OPEN}, the owner's thread may touch the strategy's memory at any moment; the closer waits. Once {@code TAKEN}, the
 * owner never enters again and the transaction is the closer's. Page accesses themselves cost nothing here: an open page holds the gate. {@code UNUSED} is a transaction that is none at present and waits to be another.
 *
 * <p><b>Why one compare-and-set for each call is enough, and none with a page open.</b> Only {@code IDLE} and {@code UNUSED} are left by more than one thread, so only leaving those has to be atomic.
 * From {@code PAGES_OPEN} nobody but the owner goes on (a closer may only where the owner is dead, or is itself), so there a plain change does, and nobody waits for that change. Leaving the
 * gate is a release: who takes or claims it afterwards, by a compare-and-set, sees all that was done inside. Entering by compare-and-set orders what follows, above all the look at the store's
 * health, behind it; that is what {@link OpenTransactions#claim} relies on.
 */
final class CallGate {
    static final int IDLE = 0;
    static final int IN_CALL = 1;
    static final int PAGES_OPEN = 2;
    static final int TAKEN = 3;
    static final int UNUSED = 4;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CallGate.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state = IN_CALL; // a transaction is made inside the call that begins it

    /** The owner begins a call; false if the closer has taken the transaction. */
    boolean enter() {
        int seen = state;
        assert seen != IN_CALL : "a call inside a call";
        assert seen != UNUSED : "a call of a transaction that was let go of";
        if (seen == PAGES_OPEN) {
            STATE.setOpaque(this, IN_CALL);
            return true;
        }
        return seen != TAKEN && STATE.compareAndSet(this, seen, IN_CALL);
    }

    /** The owner's call is over. */
    void exit(boolean pagesOpen) {
        assert state == IN_CALL;
        STATE.setRelease(this, pagesOpen ? PAGES_OPEN : IDLE);
    }

    /** Somebody who wants a transaction object has this one, if it is free, and is inside a call. */
    boolean claim() {
        return state == UNUSED && STATE.compareAndSet(this, UNUSED, IN_CALL);
    }

    /** The owner's last call is over, and nobody has a reference any more. */
    void free() {
        assert state == IN_CALL;
        STATE.setRelease(this, UNUSED);
    }

    /** The closer takes the transaction, if its owner is neither in a call nor has a page open. */
    boolean take() {
        return STATE.compareAndSet(this, IDLE, TAKEN);
    }

    /** Takes it although pages are open; only where the owner cannot run: it is this very thread, or dead. */
    boolean takeWithPages() {
        return take() || STATE.compareAndSet(this, PAGES_OPEN, TAKEN);
    }

    /** Takes it even from within a call; only where the owner's thread is dead. */
    void takeFromDead() {
        state = TAKEN;
    }

    int state() {
        return state;
    }
}
