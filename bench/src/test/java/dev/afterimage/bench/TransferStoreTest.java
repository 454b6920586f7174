package dev.afterimage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The transfers that are measured")
class TransferStoreTest {
    private static final int ACCOUNTS = 16;
    private static final long NANOS = 20_000_000;
    private static final long TRANSFERS_MIN = 300; // so many that none of the threads has made but a few

    @TempDir
    private Path folder;

    private TransferStore bank;

    @BeforeEach
    void make() {
        bank = TransferStore.make(folder.resolve("bank"), "shadow-paging", ACCOUNTS, 3);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    @DisplayName("move money and make none: each is a commit of three pages, balances have changed, and their sum is what it was")
    void moveMoney() {
        long opening = sum();
        PageStore store = bank.store();
        long commits = store.statistics().commits();
        long first = balance(0);
        Sample sample;
        do {
            sample = ClosedLoop.run(3, NANOS, bank.transfers(Durability.RELAXED));
        } while (bank.made() < TRANSFERS_MIN);
        assertEquals(bank.made(), store.statistics().commits() - commits);
        assertTrue(sample.latencyNanos().getTotalCount() <= bank.made());
        bank.audit();
        ClosedLoop.run(2, NANOS, bank.hotTransfers(Durability.PROCESS_SAFE));
        bank.audit();
        assertEquals(opening, sum());
        assertTrue(balance(0) != first || balance(1) != first, "the hot accounts have been changed");
    }

    @Test
    @DisplayName("are audited: money from nowhere, money on another account and a journal without its last entry are noticed")
    void audited() {
        ClosedLoop.run(3, NANOS, bank.transfers(Durability.RELAXED));
        add(0, 1);
        assertTrue(complaint().contains("sum of all balances"));
        add(1, -1);
        assertTrue(complaint().contains("weighted by account"));
        add(1, 1);
        add(0, -1);
        bank.audit();
        try (Transaction transaction = bank.store().begin()) {
            try (WritablePage page = transaction.write(bank.journal(1))) {
                page.fill(0, page.size(), (byte) 0);
            }
            transaction.commit();
        }
        assertTrue(complaint().contains("journal 1"));
    }

    @Test
    @DisplayName("leave nothing when they are rolled back")
    void rolledBack() {
        Rollbacks rollbacks = new Rollbacks(new Measurement.Subject("rollback", "shadow-paging", 1, "none", "changes", 50, null), bank, 50);
        assertTrue(rollbacks.measure(1).perSecond() > 0);
        assertTrue(bank.store().statistics().rollbacks() > 0);
        bank.audit();
    }

    private String complaint() {
        return assertThrows(IllegalStateException.class, bank::audit).getMessage();
    }

    private void add(int account, long amount) {
        try (Transaction transaction = bank.store().begin()) {
            try (WritablePage page = transaction.write(bank.accounts()[account])) {
                page.putLong(0, page.getLong(0) + amount);
            }
            transaction.commit();
        }
    }

    private long balance(int account) {
        try (Transaction transaction = bank.store().begin(); ReadablePage page = transaction.read(bank.accounts()[account])) {
            return page.getLong(0);
        }
    }

    private long sum() {
        long sum = 0;
        for (int account = 0; account < ACCOUNTS; account++) {
            sum += balance(account);
        }
        return sum;
    }
}
