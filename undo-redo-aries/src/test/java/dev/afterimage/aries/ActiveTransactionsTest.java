package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The transaction table of a store")
class ActiveTransactionsTest {
    private static final int TRANSACTIONS = 300;

    @Test
    @DisplayName("has room for any number: a checkpoint amid them keeps all that a restart needs to undo them")
    void many(@TempDir Path folder) {
        StoreConfig config = StoreConfig.at(folder).strategy(AriesProvider.NAME).build();
        List<Long> pages = new ArrayList<>();
        try (PageStore store = PageStores.open(config)) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                try (Transaction transaction = store.begin(); WritablePage page = transaction.allocate()) {
                    pages.add(page.id());
                    page.close();
                    transaction.commit();
                }
            }
            List<Transaction> open = new ArrayList<>();
            for (long id : pages) {
                Transaction transaction = store.begin();
                try (WritablePage page = transaction.write(id)) {
                    page.putLong(0, id);
                }
                open.add(transaction);
            }
            store.checkpoint();
            for (int i = 0; i < TRANSACTIONS; i += 2) {
                open.get(i).commit();
            }
            store.checkpoint();
        } // closing rolls the other half back
        try (PageStore store = PageStores.open(config); Transaction transaction = store.begin()) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                long expected = i % 2 == 0 ? pages.get(i) : 0;
                try (var page = transaction.read(pages.get(i))) {
                    assertEquals(expected, page.getLong(0));
                }
            }
        }
    }
}
