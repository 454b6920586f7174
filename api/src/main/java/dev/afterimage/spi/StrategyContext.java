package dev.afterimage.spi;

import java.time.Duration;
import java.util.random.RandomGenerator;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.storage.Disk;

/**
 * All that a strategy has of the world: its disk, its share of memory, and every source of nondeterminism (rule N1).
 *
 * @param disk the store's disk; names beginning with {@code afterimage.} belong to the engine
 * @param created whether the store is being made, or its making was interrupted: {@link RecoveryStrategy#recover()} then makes it empty
 * @param storeId a random number that tells this store's files from any other store's
 * @param pageSize bytes of a page on the disk
 * @param cacheBytes memory for pages, in bytes
 * @param relaxedWindow longest time for which a commit that did not wait may stay unsynced
 * @param options the strategy's options, checked
 * @param time the clock
 * @param tasks background work
 * @param random for salts and the like
 * @param events where progress and failure are reported
 */
public record StrategyContext(Disk disk, boolean created, long storeId, int pageSize, long cacheBytes, Duration relaxedWindow,
        StrategyOptions options, TimeSource time, BackgroundTasks tasks, RandomGenerator random, StrategyEvents events) {
    /**
     * Refuses a device without {@linkplain dev.afterimage.spi.storage.DeviceGuarantees#powerSafeOverwrite() power-safe overwriting}, for a strategy that overwrites durable bytes that
     * are the last copy of something, as by writing the end of a log again when more is appended.
     *
     * @param strategy the strategy's name
     * @throws ConfigException where the device does not promise it
     */
    public void requirePowerSafeOverwrite(String strategy) {
        if (!disk.guarantees().powerSafeOverwrite()) {
            throw new ConfigException("strategy " + strategy + " writes sectors again that hold what it cannot do without, such as the end of a log, and needs a device with power-safe overwriting;"
                    + " this one promises none, and a torn write could take committed changes along; use a strategy that never overwrites what is durable, or another device");
        }
    }

    /** Pages that fit the cache. */
    public int cachePages() {
        return Math.toIntExact(Math.min(cacheBytes / pageSize, Integer.MAX_VALUE / 2));
    }
}
