package dev.afterimage.bench;

import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.spi.RecoveryStrategyProvider;

/** How stores are made that are measured side by side: each strategy's defaults but for the size of the log, which is the same for all that have one. */
final class Stores {
    static final int PAGE_BYTES = 8 << 10;
    private static final int FRAMES_MIN = 1024;
    static final long LOG_BYTES = 256 << 20;
    /** Each strategy's word for it. */
    private static final Set<String> LOG_LIMITS = Set.of("max-wal-size", "redo-log-capacity");

    private Stores() {
    }

    static PageStore make(Path folder, String strategy, long cacheBytes) {
        return PageStores.open(config(folder, strategy, cacheBytes).openMode(StoreConfig.OpenMode.CREATE).build());
    }

    static StoreConfig.Builder config(Path folder, String strategy, long cacheBytes) {
        StoreConfig.Builder config = StoreConfig.at(folder).strategy(strategy).pageSize(PAGE_BYTES).cacheBytes(cacheBytes);
        limitLog(config, strategy, LOG_BYTES);
        return config;
    }

    /** Has checkpoints keep the log below that, where the strategy has a log. */
    static void limitLog(StoreConfig.Builder config, String strategy, long bytes) {
        ServiceLoader.load(RecoveryStrategyProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.name().equals(strategy))
                .flatMap(provider -> provider.options().stream()).filter(option -> LOG_LIMITS.contains(option.name())).forEach(option -> config.option(option.name(), Long.toString(bytes)));
    }

    /** A cache that holds so many pages, and as many again for what a strategy keeps beside them. */
    static long cacheFor(int pages) {
        return Math.max(FRAMES_MIN, 2L * pages) * PAGE_BYTES;
    }
}
