package dev.afterimage.spitests.play;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.random.RandomGenerator;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreListener;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StoreEngine;
import dev.afterimage.spi.StoreEnvironment;
import dev.afterimage.spi.TimeSource;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.disk.DiskProfile;
import dev.afterimage.spitests.schedule.Twin;

/**
 * The strategy that is tested, and the sizes it is tested with; opens stores of it on any disk.
 *
 * @param strategy the plug-in
 * @param options its options, chosen small
 * @param pageSize bytes of a page
 * @param cachePages pages of cache
 * @param profile how mean the disks are
 */
public record StoreUnderTest(RecoveryStrategyProvider strategy, Map<String, String> options, int pageSize, int cachePages, DiskProfile profile) {
    private static final StoreEngine ENGINE = ServiceLoader.load(StoreEngine.class).findFirst()
            .or(() -> ServiceLoader.load(StoreEngine.class, StoreUnderTest.class.getClassLoader()).findFirst())
            .orElseThrow(() -> new IllegalStateException("no engine found: the kit needs the module dev.afterimage.engine (artifact afterimage-engine)"
                    + " on the module path or the class path"));

    /** The same on disks of the profile STRICT. */
    public StoreUnderTest(RecoveryStrategyProvider strategy, Map<String, String> options, int pageSize, int cachePages) {
        this(strategy, options, pageSize, cachePages, DiskProfile.STRICT);
    }

    /** The same on disks of another profile. */
    public StoreUnderTest on(DiskProfile other) {
        return new StoreUnderTest(strategy, options, pageSize, cachePages, other);
    }

    /** Where in the world a store is opened, but for its disk. */
    public record Surroundings(TimeSource time, BackgroundTasks tasks, RandomGenerator random, StoreListener listener) {
    }

    /** Opens a store; recovery runs. */
    public PageStore open(Disk disk, OpenMode mode, Surroundings surroundings) {
        return open(ENGINE, strategy, disk, mode, surroundings);
    }

    /** Opens a store of the strategy's twin; recovery runs. */
    PageStore open(Twin twin, Disk disk, OpenMode mode, Surroundings surroundings) {
        return open(twin.engine(), twin.strategy(), disk, mode, surroundings);
    }

    /** The strategy, loaded once more, for threads whose turns are scheduled; empty if it cannot be. */
    public Optional<Twin> twin() {
        return Twin.of(ENGINE, strategy);
    }

    private PageStore open(StoreEngine engine, RecoveryStrategyProvider provider, Disk disk, OpenMode mode, Surroundings surroundings) {
        StoreConfig.Builder config = StoreConfig.at("memory:simulated")
                .strategy(provider.name())
                .pageSize(pageSize)
                .cacheBytes((long) cachePages * pageSize)
                .openMode(mode)
                .listener(surroundings.listener());
        options.forEach(config::option);
        return engine.open(config.build(), new StoreEnvironment(disk, provider, surroundings.time(), surroundings.tasks(), surroundings.random()));
    }
}
