package dev.afterimage.spitests.play;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;

/** Reads a whole store, page by page, through a transaction of its own. */
public final class Scan {
    private static final int PROBES_BEYOND = 2;

    private Scan() {
    }

    /**
     * What the store holds, of the pages somebody knows and of a few numbers beyond them.
     *
     * @throws Violation if a page holds bytes that nobody wrote
     */
    public static CommittedState of(PageStore store, Collection<Long> known) {
        Map<Long, PageContent> pages = new HashMap<>();
        try (Transaction transaction = store.begin(TransactionOptions.READ_ONLY)) {
            long last = 0;
            for (long page : known) {
                read(transaction, page, pages);
                last = Math.max(last, page);
            }
            for (int beyond = 1; beyond <= PROBES_BEYOND; beyond++) {
                read(transaction, last + beyond, pages);
            }
            transaction.rollback();
        }
        return CommittedState.of(pages);
    }

    private static void read(Transaction transaction, long page, Map<Long, PageContent> pages) {
        try (ReadablePage readable = transaction.read(page)) {
            pages.put(page, content(readable));
        } catch (PageNotFoundException e) {
            pages.remove(page);
        }
    }

    /** What one open page holds. */
    static PageContent content(ReadablePage page) {
        byte[] bytes = new byte[page.size()];
        page.getBytes(0, bytes, 0, bytes.length);
        PageContent content = PageContent.decode(bytes);
        if (content == null) {
            int at = 0;
            while (bytes[at] == 0) {
                at++;
            }
            throw new Violation("T1", "page " + page.id() + " holds byte " + bytes[at] + " at offset " + at + ", which nobody wrote", null);
        }
        return content;
    }
}
