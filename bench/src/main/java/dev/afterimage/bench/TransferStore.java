package dev.afterimage.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;

/**
 * A store of accounts, each on a page of its own, and of journals. A transfer takes money from one account, gives it to another, and writes 64 bytes about it into a journal: three pages, 80 bytes.
 *
 * <p>Pages are written in the order of their numbers, so no two transfers wait for each other in a circle.
 */
final class TransferStore implements AutoCloseable {
    private static final int PAGES_PER_TRANSACTION = 64;
    private static final int BALANCE = 0;
    private static final long OPENING_BALANCE = 1_000_000;
    private static final int ENTRY_BYTES = 64;

    private final PageStore store;
    private final long[] accounts;
    private final long[] journals;
    private final List<Teller> tellers = new ArrayList<>();
    private final List<Teller> hotTellers = new ArrayList<>();

    private TransferStore(PageStore store, int accounts, int lanes) {
        this.store = store;
        this.accounts = allocate(store, accounts, OPENING_BALANCE);
        this.journals = allocate(store, lanes, 0);
        for (int lane = 0; lane < lanes; lane++) {
            tellers.add(new Teller(lane, lane, accounts));
            hotTellers.add(new Teller(lanes + lane, 0, 2));
        }
    }

    /** Makes one whose pages all fit the cache. */
    static TransferStore make(Path folder, String strategy, int accounts, int lanes) {
        PageStore store = Stores.make(folder, strategy, Stores.cacheFor(accounts + lanes));
        try {
            TransferStore made = new TransferStore(store, accounts, lanes);
            store.checkpoint();
            return made;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static long[] allocate(PageStore store, int count, long first) {
        long[] pages = new long[count];
        for (int next = 0; next < count;) {
            try (Transaction transaction = store.begin()) {
                for (int end = Math.min(count, next + PAGES_PER_TRANSACTION); next < end; next++) {
                    try (WritablePage page = transaction.allocate()) {
                        page.putLong(BALANCE, first);
                        pages[next] = page.id();
                    }
                }
                transaction.commit(Durability.RELAXED);
            }
        }
        return pages;
    }

    /** Transfers between accounts taken at random; each lane has a journal to itself. */
    IntFunction<Operation> transfers(Durability durability) {
        return lane -> () -> tellers.get(lane).transfer(durability);
    }

    /** Transfers all between the same two accounts, into the same journal. */
    IntFunction<Operation> hotTransfers(Durability durability) {
        return lane -> () -> hotTellers.get(lane).transfer(durability);
    }

    /** Brings to the disk what relaxed commits have left, so that the next row does not pay for it. */
    void settle() {
        try (Transaction transaction = store.begin()) {
            try (WritablePage page = transaction.write(store.rootPageId())) {
                page.putLong(0, page.getLong(0) + 1);
            }
            transaction.commit(Durability.POWER_SAFE);
        }
    }

    PageStore store() {
        return store;
    }

    /** The page of one lane's journal. */
    long journal(int lane) {
        return journals[lane];
    }

    /** The accounts' pages. */
    long[] accounts() {
        return accounts;
    }

    /** Transfers that were made so far. */
    long made() {
        return tellers.stream().mapToLong(teller -> teller.made).sum() + hotTellers.stream().mapToLong(teller -> teller.made).sum();
    }

    /**
     * Reads everything back: that no money came or went, that each account has what the tellers gave and took, and that each journal ends with its teller's last transfer.
     *
     * @throws IllegalStateException if not: then what was measured were no transfers
     */
    void audit() {
        long sum = 0;
        long weighted = 0;
        try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            for (int account = 0; account < accounts.length; account++) {
                try (ReadablePage page = transaction.read(accounts[account])) {
                    sum += page.getLong(BALANCE);
                    weighted += weight(account) * (page.getLong(BALANCE) - OPENING_BALANCE);
                }
            }
            transaction.commit();
        }
        expect("the sum of all balances", OPENING_BALANCE * accounts.length, sum);
        long told = 0;
        for (Teller teller : tellers) {
            told += teller.weighted;
            teller.auditJournal();
        }
        for (Teller teller : hotTellers) {
            told += teller.weighted;
        }
        expect("the balances, weighted by account", told, weighted);
    }

    private void expect(String what, long expected, long found) {
        if (expected != found) {
            throw new IllegalStateException(store.strategyName() + ": not what transfers leave: " + what + ": expected " + expected + ", found " + found);
        }
    }

    /** What a unit of money counts on an account, so that one account cannot stand in for another. */
    private static long weight(int account) {
        return (account + 1) * 0x9E3779B97F4A7C15L;
    }

    @Override
    public void close() {
        store.close();
    }

    /** Makes the transfers of one thread, and remembers what they must come to. */
    private final class Teller {
        private final int journal;
        private final int choice;
        private final ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        private final RandomNumbers random;
        private long made;
        private long weighted;

        Teller(int seed, int journal, int choice) {
            this.random = new RandomNumbers(seed);
            this.journal = journal;
            this.choice = choice;
        }

        void transfer(Durability durability) {
            int low = random.below(choice);
            int high = random.below(choice - 1);
            if (high >= low) {
                high++;
            } else {
                int swap = low;
                low = high;
                high = swap;
            }
            long amount = 1 + random.below(100);
            if (random.below(2) == 0) {
                amount = -amount;
            }
            try (Transaction transaction = store.begin()) {
                add(transaction, low, -amount);
                add(transaction, high, amount);
                entry.putLong(0, made + 1).putLong(8, low).putLong(16, high).putLong(24, amount).putLong(32, weighted).putLong(40, weight(low)).putLong(48, journal).putLong(56, ~made);
                try (WritablePage page = transaction.write(journals[journal])) {
                    page.putBytes(place(made, page), entry.array(), 0, ENTRY_BYTES);
                }
                transaction.commit(durability);
            }
            made++;
            weighted += amount * (weight(high) - weight(low));
        }

        private void add(Transaction transaction, int account, long amount) {
            try (WritablePage page = transaction.write(accounts[account])) {
                page.putLong(BALANCE, page.getLong(BALANCE) + amount);
            }
        }

        private int place(long number, ReadablePage page) {
            return (int) (number % (page.size() / ENTRY_BYTES)) * ENTRY_BYTES;
        }

        void auditJournal() {
            // The first journal is the hot tellers' as well.
            if (made == 0 || journal == 0 && hotTellers.stream().anyMatch(teller -> teller.made > 0)) {
                return;
            }
            try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY); ReadablePage page = transaction.read(journals[journal])) {
                expect("the last entry of journal " + journal, made, page.getLong(place(made - 1, page)));
            }
        }
    }
}
