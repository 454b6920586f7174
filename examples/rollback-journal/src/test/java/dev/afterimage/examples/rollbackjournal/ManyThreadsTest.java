package dev.afterimage.examples.rollbackjournal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.WritablePage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The rollback journal under many threads")
class ManyThreadsTest {
    private static final int THREADS = 6;
    private static final int ROUNDS = 150;
    private static final int PAGES = 60;
    private static final int PER_ROUND = 8;

    @Test
    @Timeout(60)
    @DisplayName("moves units between pages in a cache a third as large: each steals from the others, commits or rolls back, and nothing is lost or made")
    void sumStays() throws Exception {
        StoreConfig config = StoreConfig.at("memory:many-threads").strategy(RollbackJournalProvider.NAME).pageSize(4096).cacheBytes(20 * 4096).build();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (PageStore store = PageStores.open(config)) {
            long[] pages = make(store);
            List<Future<?>> work = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                SplittableRandom random = new SplittableRandom(thread);
                work.add(threads.submit(() -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        move(store, pages, random.split());
                    }
                }));
            }
            for (Future<?> each : work) {
                each.get(50, TimeUnit.SECONDS);
            }
            assertEquals(0, sum(store, pages));
            assertTrue(store.statistics().evictions() > 0, "nothing was put out of a cache a third as large");
        } finally {
            threads.shutdownNow();
        }
        try (PageStore again = PageStores.open(config)) {
            long[] pages = new long[PAGES];
            try (Transaction reading = again.begin(TransactionOptions.READ_ONLY); ReadablePage root = reading.read(again.rootPageId())) {
                for (int index = 0; index < PAGES; index++) {
                    pages[index] = root.getLong(index * Long.BYTES);
                }
            }
            assertEquals(0, sum(again, pages));
        }
    }

    private static long[] make(PageStore store) {
        long[] pages = new long[PAGES];
        store.transact(transaction -> {
            try (WritablePage root = transaction.write(store.rootPageId())) {
                for (int index = 0; index < PAGES; index++) {
                    try (WritablePage page = transaction.allocate()) {
                        pages[index] = page.id();
                        root.putLong(index * Long.BYTES, page.id());
                    }
                }
            }
        });
        return pages;
    }

    /** In rising order of the pages, so that nobody waits in a circle; one in four is rolled back in the end, one in four to a savepoint. */
    private static void move(PageStore store, long[] pages, SplittableRandom random) {
        int[] chosen = random.ints(PER_ROUND * 2L, 0, PAGES).distinct().limit(PER_ROUND).sorted().toArray();
        int ending = random.nextInt(4);
        try (Transaction transaction = store.begin()) {
            for (int index = 0; index + 1 < chosen.length; index += 2) {
                add(transaction, pages[chosen[index]], 1);
                add(transaction, pages[chosen[index + 1]], -1);
            }
            if (ending == 1) {
                var savepoint = transaction.savepoint();
                for (int index : chosen) {
                    add(transaction, pages[index], 1000);
                }
                transaction.rollbackTo(savepoint);
            }
            if (ending == 0) {
                transaction.rollback();
            } else {
                transaction.commit();
            }
        }
    }

    private static void add(Transaction transaction, long pageId, long amount) {
        try (WritablePage page = transaction.write(pageId)) {
            page.putLong(0, page.getLong(0) + amount);
        }
    }

    private static long sum(PageStore store, long[] pages) {
        return store.call(TransactionOptions.READ_ONLY, transaction -> {
            long sum = 0;
            for (long id : pages) {
                try (ReadablePage page = transaction.read(id)) {
                    sum += page.getLong(0);
                }
            }
            return sum;
        });
    }
}
