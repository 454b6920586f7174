package dev.afterimage.spitests.schedule;

import java.util.concurrent.locks.StampedLock;

/** Takes the place of {@link StampedLock} in classes that a {@link Twin} loads, as {@link TurnLock} does that of its own. */
public final class TurnLatch extends StampedLock {
    private static final long serialVersionUID = 1L;

    /** Free. */
    public TurnLatch() {
    }

    @Override
    public long writeLock() {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            return super.writeLock();
        }
        Turns.pass();
        for (long stamp = super.tryWriteLock();; stamp = super.tryWriteLock()) {
            if (stamp != 0) {
                return stamp;
            }
            me.turns.block(me, this);
        }
    }

    @Override
    public long readLock() {
        ScheduledThread me = ScheduledThread.current();
        if (me == null) {
            return super.readLock();
        }
        Turns.pass();
        for (long stamp = super.tryReadLock();; stamp = super.tryReadLock()) {
            if (stamp != 0) {
                return stamp;
            }
            me.turns.block(me, this);
        }
    }

    @Override
    public long tryWriteLock() {
        Turns.pass();
        return super.tryWriteLock();
    }

    @Override
    public long tryReadLock() {
        Turns.pass();
        return super.tryReadLock();
    }

    @Override
    public void unlockWrite(long stamp) {
        super.unlockWrite(stamp);
        freed();
    }

    @Override
    public void unlockRead(long stamp) {
        super.unlockRead(stamp);
        freed();
    }

    @Override
    public void unlock(long stamp) {
        super.unlock(stamp);
        freed();
    }

    @Override
    public boolean tryUnlockWrite() {
        boolean done = super.tryUnlockWrite();
        freed();
        return done;
    }

    @Override
    public boolean tryUnlockRead() {
        boolean done = super.tryUnlockRead();
        freed();
        return done;
    }

    private void freed() {
        ScheduledThread me = ScheduledThread.current();
        if (me != null) {
            me.turns.wake(this);
            Turns.pass();
        }
    }
}
