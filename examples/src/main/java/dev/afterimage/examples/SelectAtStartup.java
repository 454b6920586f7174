package dev.afterimage.examples;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;

/**
 * A visitor counter that survives crashes, with a recovery strategy chosen when it starts.
 *
 * <p>The strategy comes from {@code -Dafterimage.strategy=NAME}, or else from {@code counter.properties} in the working folder, or else it is
 * {@code shadow-paging}. A store remembers the strategy that made it: start again with another one and it is refused, with both named.
 */
public final class SelectAtStartup {
    /** Where in the root page the number stands. */
    private static final int VISITS = 0;

    private SelectAtStartup() {
    }

    /**
     * Counts one visit.
     *
     * @param arguments the folder of the store; {@code counter} if left out
     */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments.length == 0 ? "counter" : arguments[0]);
        try (PageStore store = PageStores.open(config(folder))) {
            System.out.println("opened " + folder + " with " + store.strategyName() + ": " + store.recoveryReport().outcome());

            // Either both of these happen, or, whatever breaks in between, neither does.
            store.transact(transaction -> {
                try (WritablePage page = transaction.write(store.rootPageId())) {
                    page.putLong(VISITS, page.getLong(VISITS) + 1);
                    page.putLong(VISITS + Long.BYTES, System.currentTimeMillis());
                }
            });

            // From here on the visit survives the loss of power: transact returned, and the store is POWER_SAFE by default.
            long visits = store.call(TransactionOptions.READ_ONLY, transaction -> {
                try (ReadablePage page = transaction.read(store.rootPageId())) {
                    return page.getLong(VISITS);
                }
            });
            System.out.println("visits so far: " + visits);
        }
    }

    private static StoreConfig config(Path folder) {
        Path properties = Path.of("counter.properties");
        if (Files.exists(properties)) {
            return StoreConfig.fromProperties(properties).build();
        }
        StoreConfig.Builder config = StoreConfig.at(folder);
        if (System.getProperty(StoreConfig.STRATEGY_PROPERTY) == null) {
            config.strategy("shadow-paging");
        }
        return config.build();
    }
}
