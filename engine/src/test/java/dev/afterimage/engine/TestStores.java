package dev.afterimage.engine;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.StoreEnvironment;

/** Stores on toys, for tests. */
final class TestStores {
    final TestDisk disk;
    final ToyStrategy.Provider provider;

    TestStores() {
        this(new TestDisk(), ChangeDetail.RANGES);
    }

    TestStores(TestDisk disk, ChangeDetail detail) {
        this(disk, new ToyStrategy.Provider("toy", detail));
    }

    TestStores(TestDisk disk, ToyStrategy.Provider provider) {
        this.disk = disk;
        this.provider = provider;
    }

    OpenStore open() {
        return open(config -> config);
    }

    OpenStore open(UnaryOperator<StoreConfig.Builder> settings) {
        return open(settings, NO_TASKS);
    }

    OpenStore open(UnaryOperator<StoreConfig.Builder> settings, BackgroundTasks tasks) {
        StoreConfig config = settings.apply(StoreConfig.at("test:here").pageSize(4096).lockTimeout(Duration.ofSeconds(20))).build();
        return (OpenStore) new AfterimageEngine().open(config, new StoreEnvironment(disk, provider, null, tasks, new SplittableRandom(7)));
    }

    /** Opens with the installed disks replaced by none, and these strategies to choose from. */
    static PageStore open(StoreConfig config, TestDisk disk, ToyStrategy.Provider... providers) {
        return new StoreOpening(config, new StoreEnvironment(disk, null, null, NO_TASKS, null), StrategyCatalogue.of(List.of(providers)),
                DiskCatalogue.of(List.of())).open();
    }

    static final BackgroundTasks NO_TASKS = new BackgroundTasks() {
        @Override
        public BackgroundTask repeat(String name, Duration period, Runnable work) {
            return new BackgroundTask() {
                @Override
                public void wake() {
                }

                @Override
                public void close() {
                }
            };
        }

        @Override
        public void pause(Duration duration) {
        }
    };
}
