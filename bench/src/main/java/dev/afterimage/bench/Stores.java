package dev.afterimage.bench;

import java.nio.file.Path;
import java.util.ServiceLoader;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.spi.RecoveryStrategyProvider;

/** How stores are made that are measured side by side: each strategy's defaults but for the size of the log, which is the same for all that have one. */
final class Stores {
    static final int PAGE_BYTES = 8 << 10;
    private static final int FRAMES_MIN = 1024;
    private static final String LOG_BYTES = "256 MiB";

    private Stores() {
    }

    static PageStore make(Path folder, String strategy, long cacheBytes) {
        return PageStores.open(config(folder, strategy, cacheBytes).openMode(StoreConfig.OpenMode.CREATE).build());
    }

    static StoreConfig.Builder config(Path folder, String strategy, long cacheBytes) {
        StoreConfig.Builder config = StoreConfig.at(folder).strategy(strategy).pageSize(PAGE_BYTES).cacheBytes(cacheBytes);
        for (String log : new String[] {"max-wal-size", "redo-log-capacity"}) {
            if (has(strategy, log)) {
                config.option(log, LOG_BYTES);
            }
        }
        return config;
    }

    /** A cache that holds so many pages, and as many again for what a strategy keeps beside them. */
    static long cacheFor(int pages) {
        return Math.max(FRAMES_MIN, 2L * pages) * PAGE_BYTES;
    }

    /** Whether a strategy has such an option. */
    static boolean has(String strategy, String option) {
        return ServiceLoader.load(RecoveryStrategyProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.name().equals(strategy))
                .flatMap(provider -> provider.options().stream()).anyMatch(known -> known.name().equals(option));
    }
}
