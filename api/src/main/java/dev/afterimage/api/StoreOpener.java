package dev.afterimage.api;

/** Opens stores for {@link PageStores}; the engine provides the one there is. */
public interface StoreOpener {
    /** Opens a store as {@link PageStores#open} says. */
    PageStore open(StoreConfig config);
}
