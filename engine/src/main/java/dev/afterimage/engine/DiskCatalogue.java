package dev.afterimage.engine;

import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeMap;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.storage.DiskProvider;

/** The disks there are, by scheme. */
final class DiskCatalogue {
    private final TreeMap<String, DiskProvider> byScheme = new TreeMap<>();

    private DiskCatalogue(List<DiskProvider> providers) {
        for (DiskProvider provider : providers) {
            DiskProvider earlier = byScheme.put(provider.scheme(), provider);
            if (earlier != null) {
                throw new ConfigException("two disks have the scheme \"" + provider.scheme() + "\": " + earlier.getClass().getName() + " and "
                        + provider.getClass().getName() + "; take one off the module path");
            }
        }
    }

    /** Those {@link ServiceLoader} finds. */
    static DiskCatalogue installed() {
        return of(InstalledServices.find(ServiceLoader.load(DiskProvider.class),
                ServiceLoader.load(DiskProvider.class, DiskCatalogue.class.getClassLoader())));
    }

    /** These. */
    static DiskCatalogue of(List<DiskProvider> providers) {
        return new DiskCatalogue(providers);
    }

    /**
     * Takes a location apart.
     *
     * @throws ConfigException listing the known schemes
     */
    Place locate(String location) {
        int colon = location.indexOf(':');
        DiskProvider provider = colon < 0 ? null : byScheme.get(location.substring(0, colon));
        if (provider == null) {
            throw new ConfigException("location: expected SCHEME:PLACE, found \"" + location + "\"; "
                    + (byScheme.isEmpty() ? "no disk is on the module path" : "the schemes there are: " + String.join(", ", byScheme.keySet())));
        }
        return new Place(provider, location.substring(colon + 1));
    }

    /** Where a store is, or is to be. */
    record Place(DiskProvider provider, String rest) {
        boolean exists() {
            return provider.exists(rest);
        }
    }
}
