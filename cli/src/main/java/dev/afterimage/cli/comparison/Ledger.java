package dev.afterimage.cli.comparison;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;

/**
 * Accounts and a journal in the pages of a store: the work on which strategies are compared.
 *
 * <p>Layout. Root page: magic at 0, lanes (int) at 8, first account page at 16, first journal page of each lane from 24 on. Account page: next account page at 0 (0: none),
 * accounts (int) at 8, from 16 on {key, balance}. Journal page: next page of its lane at 0, entries (int) at 8, from 16 on {transfer, order, amount, paying account (int),
 * receiving account (int)}. All numbers are longs where nothing else is said.
 *
 * <p>A transfer debits one account, credits another and appends to the journal, in one transaction; so every balance must equal what it began with and what the journal says.
 * Each writing thread appends to a lane of its own. Safe for many threads, one per lane.
 */
public final class Ledger {
    /** What every account begins with, in cents. */
    public static final long OPENING_BALANCE_CENTS = 1_000_000_00L;
    /** The most lanes a ledger has. */
    public static final int LANES_MAX = 256;

    static final int NEXT = 0;
    static final int COUNT = 8;
    static final int RECORDS = 16;
    static final int ACCOUNT_BYTES = 16;
    static final int ENTRY_BYTES = 32;
    static final int FIRST_ACCOUNT_PAGE = 16;
    static final int LANE_HEADS = 24;
    private static final long MAGIC = 0x4C45444745523031L;

    final PageStore store;
    final Map<Long, Integer> indexOfAccount = new HashMap<>();
    final long[] accountPages;
    final int accountsPerPage;
    private final long[] laneTails;

    private Ledger(PageStore store, long[] accountPages, long[] laneTails) {
        this.store = store;
        this.accountPages = accountPages;
        this.laneTails = laneTails;
        this.accountsPerPage = accountsPerPage(store);
    }

    private static int accountsPerPage(PageStore store) {
        return (store.usablePageBytes() - RECORDS) / ACCOUNT_BYTES;
    }

    /** Makes the accounts and empty journals in a new store. */
    public static Ledger create(PageStore store, Collection<Long> accounts, int lanes) {
        if (lanes < 1 || lanes > LANES_MAX) {
            throw new IllegalArgumentException("lanes: expected 1 to " + LANES_MAX + ", found " + lanes);
        }
        long next = 0;
        int perPage = accountsPerPage(store);
        Long[] keys = accounts.toArray(Long[]::new);
        // Built from the last page to the first, so that each page can name the next when it is written.
        for (int first = (keys.length - 1) / perPage * perPage; first >= 0; first -= perPage) {
            next = createAccountPage(store, keys, first, Math.min(keys.length, first + perPage), next);
        }
        long firstAccountPage = next;
        store.transact(transaction -> {
            long[] heads = new long[lanes];
            for (int lane = 0; lane < lanes; lane++) {
                try (WritablePage page = transaction.allocate()) {
                    heads[lane] = page.id();
                }
            }
            try (WritablePage root = transaction.write(store.rootPageId())) {
                root.putInt(8, lanes);
                root.putLong(FIRST_ACCOUNT_PAGE, firstAccountPage);
                for (int lane = 0; lane < lanes; lane++) {
                    root.putLong(LANE_HEADS + 8 * lane, heads[lane]);
                }
                root.putLong(0, MAGIC);
            }
        });
        return open(store);
    }

    private static long createAccountPage(PageStore store, Long[] keys, int from, int to, long next) {
        return store.call(transaction -> {
            try (WritablePage page = transaction.allocate()) {
                page.putLong(NEXT, next);
                page.putInt(COUNT, to - from);
                for (int i = from; i < to; i++) {
                    page.putLong(RECORDS + (i - from) * ACCOUNT_BYTES, keys[i]);
                    page.putLong(RECORDS + (i - from) * ACCOUNT_BYTES + 8, OPENING_BALANCE_CENTS);
                }
                return page.id();
            }
        });
    }

    /**
     * Opens the ledger of a store.
     *
     * @throws InputException if the store holds none
     */
    public static Ledger open(PageStore store) {
        return store.call(TransactionOptions.READ_ONLY, transaction -> {
            long firstAccountPage;
            long[] tails;
            try (ReadablePage root = transaction.read(store.rootPageId())) {
                if (root.getLong(0) != MAGIC) {
                    throw new InputException("the store holds no ledger: expected one made by this command");
                }
                firstAccountPage = root.getLong(FIRST_ACCOUNT_PAGE);
                tails = new long[root.getInt(8)];
                for (int lane = 0; lane < tails.length; lane++) {
                    tails[lane] = root.getLong(LANE_HEADS + 8 * lane);
                }
            }
            for (int lane = 0; lane < tails.length; lane++) {
                tails[lane] = lastOfChain(transaction, tails[lane]);
            }
            return openAccounts(store, transaction, firstAccountPage, tails);
        });
    }

    private static Ledger openAccounts(PageStore store, Transaction transaction, long first, long[] tails) {
        long[] pages = new long[lengthOfChain(transaction, first)];
        Ledger ledger = new Ledger(store, pages, tails);
        long pageId = first;
        for (int p = 0; p < pages.length; p++) {
            pages[p] = pageId;
            try (ReadablePage page = transaction.read(pageId)) {
                for (int i = 0; i < page.getInt(COUNT); i++) {
                    ledger.indexOfAccount.put(page.getLong(RECORDS + i * ACCOUNT_BYTES), p * ledger.accountsPerPage + i);
                }
                pageId = page.getLong(NEXT);
            }
        }
        return ledger;
    }

    private static long lastOfChain(Transaction transaction, long first) {
        long last = first;
        for (PageChain chain = new PageChain(transaction, first); chain.hasNext();) {
            last = chain.next();
        }
        return last;
    }

    private static int lengthOfChain(Transaction transaction, long first) {
        int length = 0;
        for (PageChain chain = new PageChain(transaction, first); chain.hasNext(); chain.next()) {
            length++;
        }
        return length;
    }

    /** How many threads may write at once. */
    public int lanes() {
        return laneTails.length;
    }

    /**
     * Executes an order and returns when it is committed at that level.
     *
     * @param lane the calling thread's own
     * @param transfer a number that tells this transfer from all others, orders executed again among them
     */
    public void transfer(int lane, int transfer, PaymentOrder order, Durability durability) {
        int from = indexOfAccount.get(order.from());
        int to = indexOfAccount.get(order.to());
        laneTails[lane] = store.call(TransactionOptions.DEFAULT.withDurability(durability), transaction -> {
            // In rising page order, as a careful application would, so that transfers hardly ever deadlock.
            if (pageOf(from) <= pageOf(to)) {
                add(transaction, from, -order.amountCents());
                add(transaction, to, order.amountCents());
            } else {
                add(transaction, to, order.amountCents());
                add(transaction, from, -order.amountCents());
            }
            return appendToJournal(transaction, laneTails[lane], transfer, order, from, to);
        });
    }

    private long pageOf(int account) {
        return accountPages[account / accountsPerPage];
    }

    private void add(Transaction transaction, int account, long cents) {
        int balance = RECORDS + account % accountsPerPage * ACCOUNT_BYTES + 8;
        try (WritablePage page = transaction.write(pageOf(account))) {
            page.putLong(balance, page.getLong(balance) + cents);
        }
    }

    private long appendToJournal(Transaction transaction, long tail, int transfer, PaymentOrder order, int from, int to) {
        try (WritablePage page = transaction.write(tail)) {
            int count = page.getInt(COUNT);
            if (RECORDS + (count + 1) * ENTRY_BYTES <= page.size()) {
                putEntry(page, count, transfer, order, from, to);
                return tail;
            }
            try (WritablePage fresh = transaction.allocate()) {
                page.putLong(NEXT, fresh.id());
                putEntry(fresh, 0, transfer, order, from, to);
                return fresh.id();
            }
        }
    }

    private static void putEntry(WritablePage page, int entry, int transfer, PaymentOrder order, int from, int to) {
        int at = RECORDS + entry * ENTRY_BYTES;
        page.putLong(at, transfer);
        page.putLong(at + 8, order.orderId());
        page.putLong(at + 16, order.amountCents());
        page.putInt(at + 24, from);
        page.putInt(at + 28, to);
        page.putInt(COUNT, entry + 1);
    }

    /** Walks pages that each name the next. */
    static final class PageChain implements Iterator<Long> {
        private final Transaction transaction;
        private long next;

        PageChain(Transaction transaction, long first) {
            this.transaction = transaction;
            this.next = first;
        }

        @Override
        public boolean hasNext() {
            return next != 0;
        }

        @Override
        public Long next() {
            long current = next;
            try (ReadablePage page = transaction.read(current)) {
                next = page.getLong(NEXT);
            }
            return current;
        }
    }
}
