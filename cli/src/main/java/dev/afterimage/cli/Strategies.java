package dev.afterimage.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.spi.RecoveryStrategyProvider;

/** The strategies that ServiceLoader finds. */
final class Strategies {
    private Strategies() {
    }

    /** All of them: those built in by name, then plug-ins by name. */
    static List<RecoveryStrategyProvider> all() {
        return ServiceLoader.load(RecoveryStrategyProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(Strategies::isPlugin).thenComparing(RecoveryStrategyProvider::name))
                .toList();
    }

    /** Whether it came by --module-path: then its module is in a layer of its own. */
    private static boolean isPlugin(RecoveryStrategyProvider strategy) {
        return strategy.getClass().getModule().getLayer() != Afterimage.class.getModule().getLayer();
    }

    /** Those of these names, in their order. */
    static List<RecoveryStrategyProvider> named(List<String> names) {
        List<RecoveryStrategyProvider> all = all();
        List<RecoveryStrategyProvider> chosen = new ArrayList<>();
        for (String name : names) {
            chosen.add(all.stream().filter(strategy -> strategy.name().equals(name)).findFirst()
                    .orElseThrow(() -> new InputException("unknown strategy \"" + name + "\"; there are "
                            + all.stream().map(RecoveryStrategyProvider::name).collect(Collectors.joining(", ")))));
        }
        return chosen;
    }
}
