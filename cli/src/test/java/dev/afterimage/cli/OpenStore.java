package dev.afterimage.cli;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.TransactionOptions;

/** Opens a store in a process of its own, with a cache of 4 MiB, and reads one page. */
final class OpenStore {
    private OpenStore() {
    }

    public static void main(String[] arguments) {
        long pageId = Long.parseLong(arguments[1]);
        StoreConfig config = StoreConfig.at(arguments[0]).openMode(StoreConfig.OpenMode.OPEN).cacheBytes(4 << 20).build();
        try (PageStore store = PageStores.open(config)) {
            long found = store.call(TransactionOptions.READ_ONLY, transaction -> {
                try (ReadablePage page = transaction.read(pageId)) {
                    return page.getLong(0);
                }
            });
            System.out.println("page " + found + ", recovery " + store.recoveryReport().duration().toMillis() + " ms");
        }
    }
}
