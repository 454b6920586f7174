package dev.afterimage.spi;

import java.util.Objects;
import java.util.random.RandomGenerator;

import dev.afterimage.spi.storage.Disk;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds an engine; each part left null is the real thing.
 *
 * @param disk the disk to use whatever the config's location says; it stays open when the store closes
 * @param strategy the strategy to use whatever the config says, in place of one found by {@link java.util.ServiceLoader}
 * @param time the clock
 * @param tasks background work
 * @param random for identifiers and salts
 */
public record StoreEnvironment(@Nullable Disk disk, @Nullable RecoveryStrategyProvider strategy, @Nullable TimeSource time,
        @Nullable BackgroundTasks tasks, @Nullable RandomGenerator random) {
    /** The real world. */
    public static final StoreEnvironment REAL = new StoreEnvironment(null, null, null, null, null);

    /** This environment with another disk. */
    public StoreEnvironment withDisk(Disk other) {
        return new StoreEnvironment(Objects.requireNonNull(other), strategy, time, tasks, random);
    }

    /** This environment with a strategy. */
    public StoreEnvironment withStrategy(RecoveryStrategyProvider other) {
        return new StoreEnvironment(disk, Objects.requireNonNull(other), time, tasks, random);
    }

    /** This environment with another clock. */
    public StoreEnvironment withTime(TimeSource other) {
        return new StoreEnvironment(disk, strategy, Objects.requireNonNull(other), tasks, random);
    }

    /** This environment with other background work. */
    public StoreEnvironment withTasks(BackgroundTasks other) {
        return new StoreEnvironment(disk, strategy, time, Objects.requireNonNull(other), random);
    }

    /** This environment with another random source. */
    public StoreEnvironment withRandom(RandomGenerator other) {
        return new StoreEnvironment(disk, strategy, time, tasks, Objects.requireNonNull(other));
    }
}
