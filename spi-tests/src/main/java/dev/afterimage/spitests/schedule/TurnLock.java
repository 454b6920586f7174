package dev.afterimage.spitests.schedule;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Takes the place of {@link ReentrantLock} in classes that a {@link Twin} loads: it is one, but whoever has to wait for it hands the turn over, and so does, perhaps, whoever takes it or lets it go. */
public final class TurnLock extends ReentrantLock {
    private static final long serialVersionUID = 1L;

    /** Free. */
    public TurnLock() {
    }

    /** Free; fairness is the scheduler's business. */
    public TurnLock(boolean fair) {
        super(fair);
    }

    @Override
    public void lock() {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            super.lock();
            return;
        }
        Turns.pass();
        while (!super.tryLock()) {
            me.turns.block(me, this);
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        if (ScheduledThread.current() == null) {
            super.lockInterruptibly();
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        } else {
            lock();
        }
    }

    @Override
    public boolean tryLock() {
        Turns.pass();
        return super.tryLock();
    }

    @Override
    public boolean tryLock(long timeout, TimeUnit unit) throws InterruptedException {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            return super.tryLock(timeout, unit);
        }
        Turns.pass();
        long end = me.turns.now() + unit.toNanos(timeout);
        while (!super.tryLock()) {
            if (me.turns.now() >= end) {
                return false;
            }
            me.turns.sleep(me, this, end - me.turns.now());
        }
        return true;
    }

    @Override
    public void unlock() {
        super.unlock();
        ScheduledThread me = ScheduledThread.current();
        if (me != null && !isHeldByCurrentThread()) {
            me.turns.wake(this);
            Turns.pass();
        }
    }

    /** Lets go without handing over the turn; the caller is about to. */
    void letGo(ScheduledThread me, int holds) {
        for (int count = 0; count < holds; count++) {
            super.unlock();
        }
        me.turns.wake(this);
    }

    @Override
    public Condition newCondition() {
        return new TurnCondition(this, super.newCondition());
    }
}
