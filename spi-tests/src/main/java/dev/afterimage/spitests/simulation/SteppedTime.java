package dev.afterimage.spitests.simulation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import dev.afterimage.spi.TimeSource;

/** A clock that stands still until a test advances it. Safe for many threads. */
public final class SteppedTime implements TimeSource {
    /** 2024-01-01T00:00:00Z; any fixed moment would do. */
    private static final long START_EPOCH_MILLIS = 1_704_067_200_000L;

    private final AtomicLong nanos = new AtomicLong();

    /** A clock at 2024-01-01 UTC. */
    public SteppedTime() {
    }

    /** Advances the clock; never backwards. */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException("step: expected no negative duration, found " + step);
        }
        nanos.addAndGet(step.toNanos());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public long epochMillis() {
        return START_EPOCH_MILLIS + nanos.get() / 1_000_000;
    }
}
