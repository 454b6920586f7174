package dev.afterimage.spitests.simulation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import dev.afterimage.spi.TimeSource;

/** A clock that stands still until a test advances it; what it tells people may jump besides. Safe for many threads. */
public final class SteppedTime implements TimeSource {
    /** 2024-01-01T00:00:00Z; any fixed moment would do. */
    private static final long START_EPOCH_MILLIS = 1_704_067_200_000L;

    /** Further from where the other clock stood before a reboot than any run takes. */
    private static final long REBOOT_NANOS = 4_000_000_000_000_007L;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong jumpedMillis = new AtomicLong();

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

    /** Somebody sets the clock: what it tells people jumps that far, forwards or backwards; the time between two moments is measured as before. */
    public void jump(Duration far) {
        jumpedMillis.addAndGet(far.toMillis());
    }

    /** The machine starts anew: what it tells people jumps that far, and nanoseconds are counted from an earlier moment than before, as they may be. Not while a store is open. */
    public void reboot(Duration far) {
        long before = epochMillis();
        nanos.addAndGet(-REBOOT_NANOS);
        jumpedMillis.addAndGet(before + far.toMillis() - epochMillis());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public long epochMillis() {
        return START_EPOCH_MILLIS + nanos.get() / 1_000_000 + jumpedMillis.get();
    }
}
