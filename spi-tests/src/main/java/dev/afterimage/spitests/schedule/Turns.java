package dev.afterimage.spitests.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Gives one turn among several threads, by a seed.
 *
 * <pre>{@code
 * Turns turns = new Turns(seed);
 * turns.add("worker 1", () -> ...);
 * turns.add("worker 2", () -> ...);
 * turns.run(Duration.ofSeconds(30));   // returns when all are done
 * }</pre>
 *
 * <p>A thread keeps the turn until it passes ({@link #pass}), waits for somebody, or ends; then {@link PriorityOrder} says who is next. Nothing depends on time: a wait
 * with a limit ends when nobody else can run, the shortest first, as if time went by only then.
 *
 * <p>A thread that waits for something the scheduler does not see (a monitor, a latch, a queue of the JDK) would hold everybody up. A watchdog notices after a while, lets the
 * others go on, and counts it ({@link #hiddenWaits()}): such a run may not be the same every time.
 */
public final class Turns {
    private static final long WATCH_NANOS = Duration.ofMillis(20).toNanos();
    private static final int WATCHES_UNTIL_HIDDEN = 10;
    /** Waits that ended because nobody else could run, one after the other, and nothing came of it: nothing ever will. */
    private static final int SLEEPS_IN_VAIN_MAX = 20_000;
    private static final long STEPS_MAX = 20_000_000;

    private final ReentrantLock guard = new ReentrantLock();
    private final List<ScheduledThread> threads = new ArrayList<>();
    private final PriorityOrder order;
    private final Thread runner = Thread.currentThread();
    private @Nullable ScheduledThread running;
    private volatile long steps;
    private long switches;
    private long schedule = 1;
    private long now;
    private int sleepsInVain;
    private int hidden;
    private volatile @Nullable Throwable failure;

    /** Nobody yet; the thread that calls will also call {@link #run}. */
    public Turns(long seed) {
        order = new PriorityOrder(seed);
    }

    /** One more thread, before {@link #run}. What it throws ends the run. */
    public void add(String name, Runnable work) {
        threads.add(new ScheduledThread(this, threads.size(), name, () -> live(work)));
    }

    private void live(Runnable work) {
        ScheduledThread me = (ScheduledThread) Thread.currentThread();
        me.awaitTurn();
        try {
            work.run();
        } catch (Throwable e) {
            fail(e);
        }
        guard.lock();
        try {
            me.phase = ScheduledThread.Phase.DONE;
            if (running == me) {
                running = null;
            }
            sleepsInVain = 0;
            handOver();
        } finally {
            guard.unlock();
        }
        LockSupport.unpark(runner);
    }

    /**
     * Starts all threads and returns when all are done.
     *
     * @param limit how long, at most, somebody may run without a step
     * @throws Violation if nobody can run any more, or somebody runs for ever; the threads then stay as they are
     */
    public void run(Duration limit) {
        guard.lock();
        try {
            threads.forEach(Thread::start);
            handOver();
        } finally {
            guard.unlock();
        }
        boolean interrupted = false;
        long seen = -1;
        long still = 0;
        while (failure == null && threads.stream().anyMatch(thread -> thread.phase != ScheduledThread.Phase.DONE)) {
            LockSupport.parkNanos(this, WATCH_NANOS);
            interrupted |= Thread.interrupted();
            still = steps == seen ? still + 1 : 0;
            seen = steps;
            if (still > 0 && still % WATCHES_UNTIL_HIDDEN == 0) {
                watch(still * WATCH_NANOS > limit.toNanos());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable cause = failure;
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause != null) {
            throw new IllegalStateException(cause);
        }
    }

    /** The one whose turn it is has made no step for a while: if it waits, others go on. */
    private void watch(boolean tooLong) {
        guard.lock();
        try {
            ScheduledThread idle = running;
            if (idle != null && idle.getState() != Thread.State.RUNNABLE && idle.getState() != Thread.State.NEW && !idle.awaitsTurn() && next() != null) {
                hidden++;
                idle.phase = ScheduledThread.Phase.OUTSIDE;
                running = null;
                handOver();
            } else if (tooLong) {
                fail(new Violation("A3", "several threads: expected each to come forward; one makes no step\n" + describe(), null));
            }
        } finally {
            guard.unlock();
        }
    }

    private void fail(Throwable cause) {
        guard.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
        } finally {
            guard.unlock();
        }
        LockSupport.unpark(runner);
    }

    /** Steps so far, by all. */
    public long steps() {
        return steps;
    }

    /** How often the turn went from one thread to another. */
    public long switches() {
        return switches;
    }

    /** A number that equal schedules share. */
    public long schedule() {
        return schedule;
    }

    /** How often somebody waited for something that the scheduler cannot see; 0 says that the schedule follows from the seed alone. */
    public int hiddenWaits() {
        return hidden;
    }

    /** Lets somebody else go on if its priority is higher; outside of a run it does nothing. */
    public static void pass() {
        ScheduledThread me = ScheduledThread.current();
        if (me != null) {
            me.turns.pass(me, false);
        }
    }

    /** Like {@link #pass()}, in the midst of something slow: one time in so many, drawn by the seed, everybody else goes on first. */
    static void passSlowly(int oneIn) {
        ScheduledThread me = ScheduledThread.current();
        if (me != null) {
            me.turns.fallBack(me, oneIn);
            me.turns.pass(me, false);
        }
    }

    private void fallBack(ScheduledThread me, int oneIn) {
        guard.lock();
        try {
            if (order.draw(oneIn)) {
                order.lower(me);
            }
        } finally {
            guard.unlock();
        }
    }

    /** Lets everybody else go on first. */
    static void passToAll() {
        ScheduledThread me = ScheduledThread.current();
        if (me != null) {
            me.turns.pass(me, true);
        }
    }

    private void pass(ScheduledThread me, boolean behindAll) {
        guard.lock();
        try {
            comeBack(me);
            if (++steps > STEPS_MAX) {
                fail(new Violation("A3", "several threads: expected them to be done after " + STEPS_MAX + " steps; they go round and round\n" + describe(), null));
            }
            order.step(me, threads);
            if (behindAll) {
                order.lower(me);
                // Whoever spins may wait for one who sleeps.
                if (threads.stream().noneMatch(thread -> thread != me && thread.phase == ScheduledThread.Phase.READY)) {
                    wakeShortest();
                }
            } else {
                sleepsInVain = 0;
            }
            me.phase = ScheduledThread.Phase.READY;
            if (running == me) {
                running = null;
            }
            handOver();
            if (running == me) {
                return;
            }
        } finally {
            guard.unlock();
        }
        me.awaitTurn();
    }

    /** Waits until somebody calls {@link #wake} with the same object; the caller looks again whether what it waits for has come. */
    void block(ScheduledThread me, Object on) {
        await(me, on, ScheduledThread.Phase.BLOCKED, 0);
    }

    /** The same, but for that long at most, in the scheduler's own time. */
    void sleep(ScheduledThread me, Object on, long nanos) {
        await(me, on, ScheduledThread.Phase.SLEEPING, nanos);
    }

    private void await(ScheduledThread me, Object on, ScheduledThread.Phase phase, long nanos) {
        guard.lock();
        try {
            comeBack(me);
            steps++;
            me.on = on;
            me.until = now + Math.max(0, Math.min(nanos, Long.MAX_VALUE / 4));
            me.phase = phase;
            if (running == me) {
                running = null;
            }
            handOver();
            if (running == me) {
                return;
            }
        } finally {
            guard.unlock();
        }
        me.awaitTurn();
    }

    /** The scheduler's own time: it goes by only while everybody waits. */
    long now() {
        return now;
    }

    /** All who wait for that can run. */
    void wake(Object on) {
        guard.lock();
        try {
            for (ScheduledThread thread : threads) {
                if (thread.on == on && (thread.phase == ScheduledThread.Phase.BLOCKED || thread.phase == ScheduledThread.Phase.SLEEPING)) {
                    thread.phase = ScheduledThread.Phase.READY;
                    thread.on = null;
                }
            }
        } finally {
            guard.unlock();
        }
    }

    /** One who was outside is back, and waits for its turn like everybody else. */
    private void comeBack(ScheduledThread me) {
        if (me.phase == ScheduledThread.Phase.OUTSIDE && running == null) {
            running = me;
        }
    }

    private void handOver() {
        if (running != null || failure != null) {
            return;
        }
        ScheduledThread next = next();
        if (next == null && wakeShortest()) {
            next = next();
        }
        if (next == null) {
            if (threads.stream().anyMatch(thread -> thread.phase == ScheduledThread.Phase.BLOCKED || thread.phase == ScheduledThread.Phase.SLEEPING)
                    && threads.stream().noneMatch(thread -> thread.phase == ScheduledThread.Phase.OUTSIDE)) {
                fail(new Violation("A3", "several threads: expected somebody to be able to go on; all wait for each other, or for a wake-up that was lost\n" + describe(), null));
            }
            return;
        }
        switches += next == Thread.currentThread() ? 0 : 1;
        schedule = (schedule * 31 + next.number) * 0x9E3779B97F4A7C15L + steps;
        next.phase = ScheduledThread.Phase.RUNNING;
        running = next;
        if (next != Thread.currentThread()) {
            next.give();
        }
    }

    private @Nullable ScheduledThread next() {
        ScheduledThread best = null;
        for (ScheduledThread thread : threads) {
            if (thread.phase == ScheduledThread.Phase.READY && (best == null || order.priority(thread) > order.priority(best))) {
                best = thread;
            }
        }
        return best;
    }

    private boolean wakeShortest() {
        ScheduledThread first = null;
        for (ScheduledThread thread : threads) {
            if (thread.phase == ScheduledThread.Phase.SLEEPING && (first == null || thread.until < first.until)) {
                first = thread;
            }
        }
        if (first == null || ++sleepsInVain > SLEEPS_IN_VAIN_MAX) {
            return false;
        }
        now = Math.max(now, first.until);
        first.phase = ScheduledThread.Phase.READY;
        first.on = null;
        return true;
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (ScheduledThread thread : threads) {
            text.append("  ").append(thread.getName()).append(": ").append(thread.phase);
            int shown = 0;
            for (StackTraceElement frame : thread.getStackTrace()) {
                if (!frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk.") && !frame.getClassName().startsWith(getClass().getPackageName() + ".") && shown++ < 8) {
                    text.append("\n      at ").append(frame);
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
