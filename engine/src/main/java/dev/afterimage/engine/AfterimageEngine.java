package dev.afterimage.engine;

import java.util.Objects;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
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
        StrategyCatalogue strategies = environment.strategy() == null
                ? StrategyCatalogue.installed()
                : StrategyCatalogue.only(environment.strategy());
        return new StoreOpening(config, environment, strategies, DiskCatalogue.installed()).open();
    }
}
