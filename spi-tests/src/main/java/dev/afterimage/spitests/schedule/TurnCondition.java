package dev.afterimage.spitests.schedule;

import java.util.ArrayDeque;
import java.util.Date;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** A condition of a {@link TurnLock}: scheduled threads wait here in the order they came, others in the one beneath. */
final class TurnCondition implements Condition {
    private final TurnLock lock;
    private final Condition beneath;
    private final Deque<Waiter> waiters = new ArrayDeque<>();

    TurnCondition(TurnLock lock, Condition beneath) {
        this.lock = lock;
        this.beneath = beneath;
    }

    private static final class Waiter {
        private boolean signalled;
    }

    @Override
    public void await() throws InterruptedException {
        if (ScheduledThread.current() == null) {
            beneath.await();
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        } else {
            awaitUninterruptibly();
        }
    }

    @Override
    public void awaitUninterruptibly() {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            beneath.awaitUninterruptibly();
            return;
        }
        Waiter waiter = new Waiter();
        int holds = leave(me, waiter);
        while (!waiter.signalled) {
            me.turns.block(me, waiter);
        }
        comeBack(holds);
    }

    @Override
    public long awaitNanos(long nanos) throws InterruptedException {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            return beneath.awaitNanos(nanos);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long end = me.turns.now() + nanos;
        Waiter waiter = new Waiter();
        int holds = leave(me, waiter);
        while (!waiter.signalled && me.turns.now() < end) {
            me.turns.sleep(me, waiter, end - me.turns.now());
        }
        waiters.remove(waiter);
        comeBack(holds);
        return end - me.turns.now();
    }

    private int leave(ScheduledThread me, Waiter waiter) {
        requireHeld();
        waiters.add(waiter);
        int holds = lock.getHoldCount();
        lock.letGo(me, holds);
        return holds;
    }

    private void comeBack(int holds) {
        for (int count = 0; count < holds; count++) {
            lock.lock();
        }
    }

    @Override
    public boolean await(long time, TimeUnit unit) throws InterruptedException {
        return awaitNanos(unit.toNanos(time)) > 0;
    }

    @Override
    public boolean awaitUntil(Date deadline) throws InterruptedException {
        return ScheduledThread.current() == null ? beneath.awaitUntil(deadline) : awaitNanos(TimeUnit.MILLISECONDS.toNanos(deadline.getTime() - System.currentTimeMillis())) > 0;
    }

    @Override
    public void signal() {
        requireHeld();
        Waiter first = waiters.poll();
        if (first == null) {
            beneath.signal();
        } else {
            wake(first);
        }
    }

    @Override
    public void signalAll() {
        requireHeld();
        for (Waiter waiter = waiters.poll(); waiter != null; waiter = waiters.poll()) {
            wake(waiter);
        }
        beneath.signalAll();
    }

    private static void wake(Waiter waiter) {
        waiter.signalled = true;
        ScheduledThread me = ScheduledThread.current();
        if (me != null) {
            me.turns.wake(waiter);
        }
    }

    private void requireHeld() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException();
        }
    }
}
