package dev.afterimage.spitests.schedule;

import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/** A thread that runs only when it is its turn. */
final class ScheduledThread extends Thread {
    /** What it is about to do or waits for. Changed with the guard of {@link Turns} held. */
    enum Phase {
        /** It could run, were it its turn. */
        READY,
        /** It is its turn. */
        RUNNING,
        /** It waits for somebody. */
        BLOCKED,
        /** It waits for somebody, but not for ever: it runs when nobody else can. */
        SLEEPING,
        /** It waits for something that the scheduler cannot see. */
        OUTSIDE,
        /** It is done. */
        DONE
    }

    final Turns turns;
    final int number;
    volatile Phase phase = Phase.READY;
    /** What it waits for. */
    @Nullable Object on;
    /** Until when, in nanoseconds of the scheduler's own time. */
    long until;
    /** That of {@link LockSupport}. */
    boolean permit;
    private volatile boolean mine;

    ScheduledThread(Turns turns, int number, String name, Runnable work) {
        super(null, work, name);
        this.turns = turns;
        this.number = number;
        setDaemon(true);
    }

    /** The one that calls, if it is one. */
    static @Nullable ScheduledThread current() {
        return Thread.currentThread() instanceof ScheduledThread scheduled && scheduled.phase != Phase.DONE ? scheduled : null;
    }

    void give() {
        mine = true;
        LockSupport.unpark(this);
    }

    /** Waits for its turn; an interrupt stays pending. */
    void awaitTurn() {
        boolean interrupted = false;
        while (!mine) {
            LockSupport.park(turns);
            interrupted |= Thread.interrupted();
        }
        mine = false;
        if (interrupted) {
            interrupt();
        }
    }

    boolean awaitsTurn() {
        return LockSupport.getBlocker(this) == turns;
    }
}
