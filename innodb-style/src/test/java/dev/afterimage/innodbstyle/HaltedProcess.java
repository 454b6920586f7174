package dev.afterimage.innodbstyle;

import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;

/**
 * A program that ends in the midst of a large transaction, without a word to its store: it makes pages whose words all hold the page's number, then writes over words of random pages, and halts.
 *
 * @param folder where the store is
 * @param pages how many pages
 * @param changes how many words the unfinished transaction writes
 * @param cachePages pages of cache
 */
record HaltedProcess(String folder, int pages, int changes, int cachePages) {
    private static final int PAGE_SIZE = 4096;
    private static final int PAGES_PER_COMMIT = 1000;

    /** Folder, pages, changes, pages of cache. */
    public static void main(String[] arguments) {
        new HaltedProcess(arguments[0], Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3])).workAndHalt();
    }

    PageStore open(StoreListener listener) {
        return PageStores.open(StoreConfig.at("file:" + folder).strategy(InnodbProvider.NAME).pageSize(PAGE_SIZE).cacheBytes((long) cachePages * PAGE_SIZE).listener(listener).build());
    }

    private void workAndHalt() {
        PageStore store = open(StoreListener.NONE);
        long[] made = new long[pages];
        for (int from = 0; from < pages; from += PAGES_PER_COMMIT) {
            Transaction maker = store.begin();
            for (int index = from; index < Math.min(pages, from + PAGES_PER_COMMIT); index++) {
                made[index] = make(maker);
            }
            maker.commit(Durability.RELAXED);
        }
        Transaction unfinished = store.begin();
        SplittableRandom random = new SplittableRandom(7);
        for (int change = 0; change < changes; change++) {
            try (WritablePage page = unfinished.write(made[random.nextInt(pages)])) {
                page.putLong(8 * random.nextInt(page.size() / 8), -change);
            }
        }
        // Another's commit makes the log of the unfinished one durable.
        Transaction other = store.begin();
        try (WritablePage root = other.write(store.rootPageId())) {
            root.putLong(0, made[pages - 1]);
        }
        other.commit(Durability.POWER_SAFE);
        Runtime.getRuntime().halt(3);
    }

    private static long make(Transaction maker) {
        try (WritablePage page = maker.allocate()) {
            for (int at = 0; at + 8 <= page.size(); at += 8) {
                page.putLong(at, page.id());
            }
            return page.id();
        }
    }

    /** Looks at every word of every page; returns how many are not as committed. */
    long wrongWords(PageStore store) {
        long wrong = 0;
        try (Transaction reader = store.begin()) {
            long last;
            try (ReadablePage root = reader.read(store.rootPageId())) {
                last = root.getLong(0);
            }
            for (long number = store.rootPageId() + 1; number <= last; number++) {
                if (number % 1024 != 0) { // those are maps of the space
                    wrong += wrongWords(reader, number);
                }
            }
        }
        return wrong;
    }

    private static long wrongWords(Transaction reader, long number) {
        long wrong = 0;
        try (ReadablePage page = reader.read(number)) {
            for (int at = 0; at + 8 <= page.size(); at += 8) {
                wrong += page.getLong(at) == number ? 0 : 1;
            }
        }
        return wrong;
    }
}
