package dev.afterimage.spitests.play;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spitests.model.Violation;

/** A store whose pages hold lists, as one transaction reads and extends it. */
public final class ListStore {
    private static final int PROBES_BEYOND = 2;

    private ListStore() {
    }

    /**
     * Every list, by page; empty where there is no page.
     *
     * @throws Violation if a page holds what is no list
     */
    public static Map<Long, List<Long>> scan(PageStore store, Collection<Long> known) {
        TreeSet<Long> pages = new TreeSet<>(known);
        for (int beyond = 1; beyond <= PROBES_BEYOND; beyond++) {
            pages.add(pages.last() + 1);
        }
        Map<Long, List<Long>> lists = new HashMap<>();
        try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            for (long page : pages) {
                lists.put(page, read(transaction, page, store.rootPageId()));
            }
            transaction.rollback();
        }
        return lists;
    }

    private static List<Long> read(Transaction transaction, long page, long root) {
        try (ReadablePage readable = transaction.read(page)) {
            List<Long> list = ListPage.read(readable);
            if (list.isEmpty() && page != root) {
                throw new Violation("A3", "page " + page + ": expected its first element, for it was made together with the page; found it empty", null);
            }
            return list;
        } catch (PageNotFoundException e) {
            return List.of();
        }
    }

    /** Appends to the list of the root page, in a transaction of its own that is durable when this returns. */
    public static void append(PageStore store, long element) {
        try (Transaction transaction = store.begin()) {
            try (WritablePage page = transaction.write(store.rootPageId())) {
                ListPage.append(page, ListPage.read(page).size(), element);
            }
            transaction.commit(Durability.POWER_SAFE);
        }
    }
}
