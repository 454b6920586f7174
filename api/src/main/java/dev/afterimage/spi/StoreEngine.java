package dev.afterimage.spi;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreOpener;

/**
 * The engine with its surroundings in the caller's hands: for tests, simulations and tools. Applications use {@link dev.afterimage.api.PageStores}.
 */
public interface StoreEngine extends StoreOpener {
    /** Opens a store as {@link dev.afterimage.api.PageStores#open} says, in these surroundings. */
    PageStore open(StoreConfig config, StoreEnvironment environment);
}
