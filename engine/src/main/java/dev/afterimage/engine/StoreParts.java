package dev.afterimage.engine;

import java.util.random.RandomGenerator;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.DiskLock;
import org.jspecify.annotations.Nullable;

/**
 * What an open store is made of.
 *
 * @param disk where it is
 * @param ownsDisk whether the store closes it
 * @param lock what keeps others out
 * @param provider its strategy's provider
 * @param header what it says of itself
 * @param health whether it serves
 * @param tasks background work
 * @param ownTasks the same if the store owns the threads, else null
 * @param time the clock
 * @param random for identifiers and pauses
 */
record StoreParts(CountingDisk disk, boolean ownsDisk, DiskLock lock, RecoveryStrategyProvider provider, StoreHeader header, StoreHealth health,
        PacedTasks tasks, @Nullable DaemonTasks ownTasks, TimeSource time, RandomGenerator random) {
}
