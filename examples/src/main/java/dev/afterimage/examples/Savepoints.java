package dev.afterimage.examples;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Savepoint;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;

/** An order with two optional extras: each is tried behind a savepoint, and taken back alone when it does not work out. */
public final class Savepoints {
    private static final int TOTAL = 0;
    private static final int LIMIT = 100;

    private Savepoints() {
    }

    /**
     * Runs the example on a store in memory, once for each strategy named.
     *
     * @param arguments names of strategies; {@code postgres-style} if left out
     */
    public static void main(String[] arguments) {
        for (String strategy : arguments.length == 0 ? new String[] {"postgres-style"} : arguments) {
            try (PageStore store = PageStores.open(StoreConfig.at("memory:savepoints-" + strategy).strategy(strategy).build())) {
                order(store);
            }
        }
    }

    private static void order(PageStore store) {
        try (Transaction transaction = store.begin()) {
            add(transaction, store.rootPageId(), 60);

            Savepoint beforeGiftWrap = transaction.savepoint();
            add(transaction, store.rootPageId(), 15);

            Savepoint beforeInsurance = transaction.savepoint();
            add(transaction, store.rootPageId(), 70);
            if (total(transaction, store.rootPageId()) > LIMIT) {
                transaction.rollbackTo(beforeInsurance); // the gift wrap stays
                System.out.println(store.strategyName() + ": without insurance the total is " + total(transaction, store.rootPageId()));
            }

            transaction.rollbackTo(beforeGiftWrap); // savepoints nest: this one came first, and would have taken the insurance with it
            System.out.println(store.strategyName() + ": without gift wrap the total is " + total(transaction, store.rootPageId()));
            transaction.commit();
        }
    }

    private static void add(Transaction transaction, long pageId, long amount) {
        try (WritablePage page = transaction.write(pageId)) {
            page.putLong(TOTAL, page.getLong(TOTAL) + amount);
        }
    }

    private static long total(Transaction transaction, long pageId) {
        try (ReadablePage page = transaction.read(pageId)) {
            return page.getLong(TOTAL);
        }
    }
}
