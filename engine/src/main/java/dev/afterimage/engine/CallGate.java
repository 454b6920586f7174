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
 * </pre>
 *
 * <p>While {@code IN_CALL} or {@code PAGES_OPEN}, the owner's thread may touch the strategy's memory at any moment; the closer waits. Once {@code TAKEN}, the
 * owner never enters again and the transaction is the closer's. Page accesses themselves cost nothing here: an open page holds the gate.
 */
final class CallGate {
    static final int IDLE = 0;
    static final int IN_CALL = 1;
    static final int PAGES_OPEN = 2;
    static final int TAKEN = 3;

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
        return seen != TAKEN && STATE.compareAndSet(this, seen, IN_CALL);
    }

    /** The owner's call is over. */
    void exit(boolean pagesOpen) {
        assert state == IN_CALL;
        STATE.setRelease(this, pagesOpen ? PAGES_OPEN : IDLE);
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
