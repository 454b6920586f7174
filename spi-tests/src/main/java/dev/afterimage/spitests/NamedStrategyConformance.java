package dev.afterimage.spitests;

import java.util.ServiceLoader;
import java.util.stream.Collectors;

import dev.afterimage.spi.RecoveryStrategyProvider;

/**
 * The conformance kit without any code: tests the installed strategy that {@code -Dafterimage.conformance.strategy=NAME} names. The {@code afterimage conformance}
 * command runs it; the property must be set before JUnit makes an instance.
 */
public final class NamedStrategyConformance extends RecoveryStrategyConformance {
    /** The system property that names the strategy. */
    public static final String STRATEGY_PROPERTY = "afterimage.conformance.strategy";

    /** For JUnit. */
    public NamedStrategyConformance() {
    }

    @Override
    protected RecoveryStrategyProvider strategy() {
        String name = System.getProperty(STRATEGY_PROPERTY, "");
        return ServiceLoader.load(RecoveryStrategyProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("-D" + STRATEGY_PROPERTY + ": expected one of " + ServiceLoader.load(RecoveryStrategyProvider.class)
                        .stream().map(provider -> provider.get().name()).sorted().collect(Collectors.joining(", ", "[", "]")) + ", found \"" + name + "\""));
    }
}
