package dev.afterimage.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.DeadlockException;
import dev.afterimage.races.Interleavings;
import dev.afterimage.spi.TimeSource;

/** {@link PageLocks} and {@link DeadlockSearch}: a wait that nobody ends is found as a deadlock. */
@DisplayName("Page locks, whatever the order of those who take them,")
public class PageLocksRacesTest {
    private static final long PATIENCE_NANOS = Long.MAX_VALUE / 2;

    private final PageLocks locks = new PageLocks(new StandingClock(), 4);
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicInteger[] writers = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};

    @Test
    @DisplayName("keep writers apart, break each circle, and leave nobody waiting for ever")
    void few() {
        Interleavings.fewOfLongOnes(getClass(), 10);
    }

    @Test
    @Tag("campaign")
    @DisplayName("do so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Two pages in one order. */
    @Operation
    public void oneThenTwo() {
        write(1, 2);
    }

    /** The same pages in the other. */
    @Operation
    public void twoThenOne() {
        write(2, 1);
    }

    /** Reads, then writes the same page: two of them wait for each other. */
    @Operation
    public void readThenWrite() {
        transaction(owner -> {
            locks.acquire(owner, 1, false, PATIENCE_NANOS);
            exclusively(owner, 1);
        });
    }

    private void write(long first, long second) {
        transaction(owner -> {
            exclusively(owner, first);
            exclusively(owner, second);
        });
    }

    private void exclusively(LockOwner owner, long page) {
        locks.acquire(owner, page, true, PATIENCE_NANOS);
        if (writers[(int) page].incrementAndGet() != 1) {
            throw new IllegalStateException("two write page " + page);
        }
        writers[(int) page].decrementAndGet();
    }

    private void transaction(Consumer<LockOwner> work) {
        LockOwner owner = new LockOwner();
        long id = transactions.incrementAndGet();
        owner.begin(Thread.currentThread(), id, id);
        try {
            work.accept(owner);
        } catch (DeadlockException chosen) {
            // somebody has to give way; which one depends on the order
        } finally {
            locks.releaseAll(owner);
        }
    }

    /** No time passes, so no wait ends by its timeout. */
    private static final class StandingClock implements TimeSource {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public long epochMillis() {
            return 0;
        }
    }

    /** All is free at the end. */
    @Validate
    public void nothingIsLocked() {
        if (locks.lockedPages() != 0 || locks.waiting() != 0) {
            throw new IllegalStateException(locks.lockedPages() + " pages locked, " + locks.waiting() + " waiting");
        }
    }
}
