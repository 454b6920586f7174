package dev.afterimage.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

import dev.afterimage.api.ConfigException;

/** Providers found by {@link ServiceLoader}: those the calling thread's loader sees, then those beside the engine, each class once. */
final class InstalledServices {
    private InstalledServices() {
    }

    static <S> List<S> find(ServiceLoader<S> ofThread, ServiceLoader<S> ofEngine) {
        List<S> found = new ArrayList<>();
        try {
            addNew(found, ofThread);
            addNew(found, ofEngine);
        } catch (ServiceConfigurationError e) {
            throw new ConfigException("a plug-in cannot be loaded: " + e.getMessage() + "; correct it or take it off the module path", e);
        }
        return found;
    }

    private static <S> void addNew(List<S> found, ServiceLoader<S> loader) {
        loader.stream()
                .filter(provider -> found.stream().noneMatch(known -> known.getClass() == provider.type()))
                .map(ServiceLoader.Provider::get)
                .filter(service -> found.stream().noneMatch(known -> known.getClass() == service.getClass()))
                .forEach(found::add);
    }
}
