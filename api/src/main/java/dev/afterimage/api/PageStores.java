package dev.afterimage.api;

import java.util.ServiceLoader;

/** Opens stores. */
public final class PageStores {
    private PageStores() {
    }

    /**
     * Opens a store, creating it where there is none and the config allows it, and recovers what a crash left.
     *
     * <p>The strategy is the one named in the config; else by {@code -Dafterimage.strategy=}; else, for an existing store, the one that made it;
     * else, for a new store, the only one there is.
     *
     * @throws StrategyNotFoundException if there is no strategy of that name; the message lists those there are
     * @throws StrategyMismatchException if another strategy made the store
     * @throws StoreFormatException if the place holds something else, or a newer or damaged store
     * @throws StoreLockedException if somebody has it open
     * @throws StoreDamagedException if durable bytes are damaged beyond repair
     */
    public static PageStore open(StoreConfig config) {
        return ServiceLoader.load(StoreOpener.class)
                .findFirst()
                .or(() -> ServiceLoader.load(StoreOpener.class, PageStores.class.getClassLoader()).findFirst())
                .orElseThrow(() -> new IllegalStateException(
                        "no engine found: expected the module dev.afterimage.engine (artifact afterimage-engine) on the module path"))
                .open(config);
    }
}
