package dev.afterimage.aries;

import java.util.Locale;
import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;

/**
 * A process to be killed: it fills pages and commits, then updates them in one transaction that never commits, says "ready", and waits. Run as a program it does that ({@code work}), or opens what it left and
 * looks at every page ({@code recover}); the test does the latter itself.
 *
 * @param folder where the store is
 * @param pages how many pages
 * @param updates how many updates the loser makes, each to a random word of a random page
 * @param cachePages pages of cache
 */
record LoserProcess(String folder, int pages, int updates, int cachePages) {
    private static final int PAGE_SIZE = 4096;
    private static final int PER_COMMIT = 500;

    /** {@code work} or {@code recover}, folder, pages, updates, pages of cache. */
    public static void main(String[] arguments) throws Exception {
        LoserProcess loser = new LoserProcess(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        if (arguments[0].equals("recover")) {
            try (PageStore store = loser.open()) {
                System.out.println(describe(store.recoveryReport()));
                System.out.println("pages not as committed: " + loser.pagesNotAsCommitted(store));
            }
        } else {
            loser.work();
            System.out.println("ready");
            Thread.currentThread().join(); // until it is killed
        }
    }

    /** Opens the store, which is made if there is none; what recovery does is in its report. */
    PageStore open() {
        return PageStores.open(StoreConfig.at("file:" + folder).strategy(AriesProvider.NAME).pageSize(PAGE_SIZE).cacheBytes((long) cachePages * PAGE_SIZE).build());
    }

    private void work() {
        PageStore store = open();
        long[] given = new long[pages];
        for (int done = 0; done < pages; done += PER_COMMIT) {
            try (Transaction filler = store.begin()) {
                for (int page = done; page < Math.min(pages, done + PER_COMMIT); page++) {
                    try (WritablePage writable = filler.allocate()) {
                        given[page] = writable.id();
                        for (int at = 0; at + 8 <= writable.size(); at += 8) {
                            writable.putLong(at, committed(writable.id(), at));
                        }
                    }
                }
                filler.commit(Durability.RELAXED);
            }
        }
        store.checkpoint();
        lose(store, given);
    }

    /** The loser, and a commit of another to the root page, which makes the loser's log durable. */
    private void lose(PageStore store, long[] given) {
        Transaction loser = store.begin();
        SplittableRandom random = new SplittableRandom(updates);
        for (int update = 0; update < updates; update++) {
            try (WritablePage writable = loser.write(given[random.nextInt(pages)])) {
                writable.putLong(random.nextInt(writable.size() / 8) * 8, -1 - update);
            }
        }
        try (Transaction other = store.begin()) {
            try (WritablePage root = other.write(store.rootPageId())) {
                root.putLong(0, given[pages - 1]);
            }
            other.commit(Durability.POWER_SAFE);
        }
    }

    /** Reads every page, word for word; between them lie some of the space map, which are nobody's. */
    long pagesNotAsCommitted(PageStore store) {
        long right = 0;
        try (Transaction reader = store.begin()) {
            long last;
            try (ReadablePage root = reader.read(store.rootPageId())) {
                last = root.getLong(0);
            }
            for (long page = store.rootPageId() + 1; page <= last; page++) {
                right += isAsCommitted(reader, page) ? 1 : 0;
            }
        }
        return pages - right;
    }

    private static boolean isAsCommitted(Transaction reader, long page) {
        try (ReadablePage readable = reader.read(page)) {
            boolean right = true;
            for (int at = 0; at + 8 <= readable.size(); at += 8) {
                right &= readable.getLong(at) == committed(page, at);
            }
            return right;
        } catch (PageNotFoundException e) {
            return false;
        }
    }

    private static long committed(long page, int at) {
        return (page << 16 | at) * 0x9E3779B97F4A7C15L >>> 1;
    }

    /** The report as a table: what a phase read, did and took. */
    static String describe(RecoveryReport report) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-10s %9s %12s %11s %11s %12s %11s %11s %10s %11s", "phase", "seconds", "log read, MB", "records", "pages read",
                "pages written", "redone", "skipped", "undone", "CLRs"));
        for (RecoveryPhase phase : report.phases()) {
            text.append(String.format(Locale.ROOT, "%n%-10s %9.2f %12.1f %,11d %,11d %,12d %,11d %,11d %,10d %,11d", phase.name(), phase.duration().toNanos() / 1e9, phase.bytesRead() / 1e6,
                    phase.records(), phase.pagesRead(), phase.pagesWritten(), phase.changesRedone(), phase.changesSkipped(), phase.changesUndone(), phase.compensationRecords()));
        }
        return text.append(String.format(Locale.ROOT, "%n%-10s %9.2f", "all", report.duration().toNanos() / 1e9)).toString();
    }
}
