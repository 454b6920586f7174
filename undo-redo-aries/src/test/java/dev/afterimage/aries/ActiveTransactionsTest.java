package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
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
    void many(@TempDir Path temporary) throws IOException {
        Path folder = temporary.resolve("store");
        Path crashed = temporary.resolve("crashed");
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
            store.checkpoint(); // its table has all of them, and nothing else does
            for (int i = 0; i < TRANSACTIONS; i += 2) {
                open.get(i).commit(Durability.POWER_SAFE);
            }
            copy(folder, crashed);
        }
        try (PageStore store = PageStores.open(StoreConfig.at(crashed).build()); Transaction transaction = store.begin()) {
            assertEquals(TRANSACTIONS / 2, store.recoveryReport().transactionsUndone());
            for (int i = 0; i < TRANSACTIONS; i++) {
                long expected = i % 2 == 0 ? pages.get(i) : 0;
                try (ReadablePage page = transaction.read(pages.get(i))) {
                    assertEquals(expected, page.getLong(0));
                }
            }
        }
    }

    /** What a crash of the process would leave; nothing is under way. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from, Files::isRegularFile)) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
