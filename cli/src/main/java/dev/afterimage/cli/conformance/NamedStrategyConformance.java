package dev.afterimage.cli.conformance;

import java.util.ServiceLoader;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;

/** The kit on the strategy that {@link KitRun} names; JUnit makes one for each test, by reflection. */
public final class NamedStrategyConformance extends RecoveryStrategyConformance {
    /** JUnit calls the constructor, and hands nothing over but system-wide state; one run at a time sets this. */
    static volatile String name = "";

    /** For JUnit. */
    public NamedStrategyConformance() {
    }

    @Override
    protected RecoveryStrategyProvider strategy() {
        return ServiceLoader.load(RecoveryStrategyProvider.class).stream().map(ServiceLoader.Provider::get)
                .filter(strategy -> strategy.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalStateException("no strategy \"" + name + "\""));
    }
}
