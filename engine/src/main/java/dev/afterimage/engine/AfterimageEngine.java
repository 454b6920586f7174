package dev.afterimage.engine;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StoreEngine;
import dev.afterimage.spi.StoreEnvironment;

/** The engine as {@link java.util.ServiceLoader} finds it; stateless, safe for many threads. */
public final class AfterimageEngine implements StoreEngine {
    /** For {@link java.util.ServiceLoader}. */
    public AfterimageEngine() {
    }

    @Override
    public PageStore open(StoreConfig config) {
        return open(config, StoreEnvironment.REAL);
    }

    @Override
    public PageStore open(StoreConfig config, StoreEnvironment environment) {
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(environment, "environment");
        // Whoever brings a disk needs nobody who makes one: to look for those takes longer than to open a small store.
        DiskCatalogue disks = environment.disk() == null ? DiskCatalogue.installed() : DiskCatalogue.of(List.of());
        return new StoreOpening(config, environment, strategies(environment), disks).open();
    }

    @Override
    public LogSummary readLog(String location, StoreEnvironment environment, Predicate<LogEntry> each) {
        Objects.requireNonNull(location, "location");
        Objects.requireNonNull(environment, "environment");
        Objects.requireNonNull(each, "each");
        return new LogReading(location, environment, strategies(environment), DiskCatalogue.installed()).read(each);
    }

    private static StrategyCatalogue strategies(StoreEnvironment environment) {
        RecoveryStrategyProvider only = environment.strategy();
        return only == null ? StrategyCatalogue.installed() : StrategyCatalogue.only(only);
    }
}
