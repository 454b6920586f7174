package dev.afterimage.engine;

import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.races.Interleavings;

/** {@link StoreHealth}: failures, closing, and the wake-up of those who wait for locks. */
@DisplayName("A store's health, whatever the order of failures and closing,")
public class StoreHealthRacesTest {
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger stopped = new AtomicInteger();
    private final StoreHealth health = new StoreHealth("memory", new StoreListener() {
        @Override
        public void failed(Throwable cause) {
            told.incrementAndGet();
        }
    });
    private volatile boolean hasWaiters;

    @Test
    @DisplayName("keeps the first failure, tells it once, and stops the waits whenever they began")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** A failure; returns the one that counts. */
    @Operation
    public String failFirst() {
        return fail(1);
    }

    /** Another. */
    @Operation
    public String failSecond() {
        return fail(2);
    }

    private String fail(int which) {
        health.failed(new IllegalStateException("failure " + which));
        return String.valueOf(health.failure().getMessage());
    }

    /** A call; it is refused with a reason, or served. */
    @Operation
    public void call() {
        try {
            health.check();
        } catch (StoreFailedException refused) {
            if (!health.hasFailed()) {
                throw new IllegalStateException("refused without a failure", refused);
            }
        }
    }

    /** The opener says what stops the waits. */
    @Operation(nonParallelGroup = "opener")
    public void beginWaiting() {
        hasWaiters = true;
        health.onStop(stopped::incrementAndGet);
    }

    /** One failure told; all waits stopped. */
    @Validate
    public void stoppedIfFailed() {
        if (told.get() > 1 || health.hasFailed() != (told.get() == 1) || health.serves() == health.hasFailed()) {
            throw new IllegalStateException("told " + told + " times");
        }
        if (health.hasFailed() && hasWaiters && stopped.get() == 0) {
            throw new IllegalStateException("those who wait for locks were not woken");
        }
    }
}
