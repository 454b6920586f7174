package dev.afterimage.engine;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StrategyMismatchException;
import dev.afterimage.api.StrategyNotFoundException;
import dev.afterimage.spi.RecoveryStrategyProvider;
import org.jspecify.annotations.Nullable;

/**
 * The strategies there are, by name, and the choice among them.
 *
 * <p>First the one of the environment; else the one named in the config; else the one named by {@code -Dafterimage.strategy}; else, for an existing
 * store, the one that made it; else, for a new store, the only one there is.
 */
final class StrategyCatalogue {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private final TreeMap<String, RecoveryStrategyProvider> byName = new TreeMap<>();
    private final boolean imposed;

    private StrategyCatalogue(Iterable<RecoveryStrategyProvider> providers, boolean imposed) {
        this.imposed = imposed;
        for (RecoveryStrategyProvider provider : providers) {
            String name = provider.name();
            if (name == null || !NAME.matcher(name).matches()) {
                throw new ConfigException("the strategy of " + provider.getClass().getName() + " is called \"" + name
                        + "\": expected a name of the form " + NAME.pattern());
            }
            RecoveryStrategyProvider earlier = byName.put(name, provider);
            if (earlier != null) {
                throw new ConfigException("two strategies are called \"" + name + "\": " + earlier.getClass().getName() + " and "
                        + provider.getClass().getName() + "; take one off the module path");
            }
        }
    }

    /** Those {@link ServiceLoader} finds. */
    static StrategyCatalogue installed() {
        return of(InstalledServices.find(ServiceLoader.load(RecoveryStrategyProvider.class),
                ServiceLoader.load(RecoveryStrategyProvider.class, StrategyCatalogue.class.getClassLoader())));
    }

    /** These. */
    static StrategyCatalogue of(List<RecoveryStrategyProvider> providers) {
        return new StrategyCatalogue(providers, false);
    }

    /** The one of the environment, whatever the config says. */
    static StrategyCatalogue only(RecoveryStrategyProvider provider) {
        return new StrategyCatalogue(List.of(provider), true);
    }

    /**
     * Chooses.
     *
     * @param maker the strategy named in the header of an existing store, or null
     * @param finished whether that store was made to the end; one that was not may be made anew by another strategy
     */
    RecoveryStrategyProvider choose(StoreConfig config, @Nullable String maker, boolean finished) {
        Optional<Wish> wish = wish(config);
        if (wish.isPresent()) {
            RecoveryStrategyProvider wanted = named(wish.get().name, wish.get().source);
            if (maker != null && finished && !maker.equals(wanted.name())) {
                throw new StrategyMismatchException("this store was made by the strategy " + maker + ", but " + wish.get().source + " asks for "
                        + wanted.name() + "; ask for " + maker + ", or open another place");
            }
            return wanted;
        }
        if (maker != null && (finished || byName.containsKey(maker))) {
            return named(maker, "the header of this store");
        }
        return onlyOne();
    }

    /** The strategy that made a store. */
    RecoveryStrategyProvider maker(String name) {
        return named(name, "the header of this store");
    }

    private Optional<Wish> wish(StoreConfig config) {
        if (imposed) {
            return Optional.of(new Wish(byName.firstKey(), "the environment"));
        }
        return config.strategy().map(name -> new Wish(name, "the config"))
                .or(() -> Optional.ofNullable(System.getProperty(StoreConfig.STRATEGY_PROPERTY))
                        .map(name -> new Wish(name, "-D" + StoreConfig.STRATEGY_PROPERTY)));
    }

    private RecoveryStrategyProvider named(String name, String source) {
        RecoveryStrategyProvider found = byName.get(name);
        if (found == null) {
            throw new StrategyNotFoundException(source + " names the strategy \"" + name + "\", which is not there; " + those());
        }
        return found;
    }

    private RecoveryStrategyProvider onlyOne() {
        if (byName.isEmpty()) {
            throw new StrategyNotFoundException(those());
        }
        if (byName.size() > 1) {
            throw new ConfigException("a new store needs a strategy, in the config or by -D" + StoreConfig.STRATEGY_PROPERTY + "=NAME; " + those());
        }
        return byName.firstEntry().getValue();
    }

    private String those() {
        return byName.isEmpty() ? "no strategy is on the module path" : "there are " + String.join(", ", byName.keySet());
    }

    /** A name somebody asked for, and who. */
    private record Wish(String name, String source) {
    }
}
