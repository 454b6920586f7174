package dev.afterimage.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;

/**
 * The files of a store as the death of its process leaves them: a database of random bytes, closed in good order, then opened again and changed without any checkpoint. It is made by copying the files of an open store at a moment when
 * nothing is under way; each restart works on a copy of that copy, for it changes what it finds.
 */
final class CrashedStore implements AutoCloseable {
    private static final int UPDATES_PER_TRANSACTION = 8;
    private static final int COPY_BYTES = 1 << 20;
    /** So many times the log that no checkpoint is taken for it. */
    private static final int NO_CHECKPOINT = 8;
    /** A strategy without a log gets as many changes as have about this many times their size in log elsewhere. */
    private static final int LOG_PER_CHANGE = 3;

    private final RestartPlan plan;
    private final Path image;
    private final Path scratch;

    private CrashedStore(RestartPlan plan) {
        this.plan = plan;
        this.image = plan.folder().resolve("crashed");
        this.scratch = plan.folder().resolve("restarted");
    }

    /** Makes it; {@code progress} hears how many bytes of log there are. */
    static CrashedStore make(RestartPlan plan, LongConsumer progress) {
        CrashedStore made = new CrashedStore(plan);
        delete(plan.folder());
        Path live = plan.folder().resolve("live");
        long[] pages;
        try (PageStore store = PageStores.open(config(plan, live).build())) {
            pages = made.fill(store);
        }
        // Opened again, the log begins anew: all pages are at home.
        try (PageStore store = PageStores.open(config(plan, live).build())) {
            made.update(store, pages, progress);
            copy(live, made.image);
        }
        delete(live);
        return made;
    }

    /** How a store of this plan is opened; to be completed. */
    static StoreConfig.Builder config(RestartPlan plan, Path folder, int threads) {
        return config(plan, folder).option("recovery-threads", Integer.toString(threads));
    }

    /** The same, of any strategy, with as many threads as it takes by itself. */
    static StoreConfig.Builder config(RestartPlan plan, Path folder) {
        StoreConfig.Builder config = StoreConfig.at(folder).strategy(plan.strategy()).pageSize(RestartPlan.PAGE_BYTES).cacheBytes(plan.cacheBytes()).durability(Durability.RELAXED);
        Stores.limitLog(config, plan.strategy(), Math.max(Stores.LOG_BYTES, plan.logBytes() * NO_CHECKPOINT));
        return config;
    }

    private long[] fill(PageStore store) {
        long[] pages = new long[plan.pages()];
        byte[] bytes = new byte[store.usablePageBytes()];
        SplittableRandom random = new SplittableRandom(1);
        for (int page = 0; page < pages.length;) {
            try (Transaction transaction = store.begin()) {
                for (int i = 0; i < UPDATES_PER_TRANSACTION && page < pages.length; i++) {
                    try (WritablePage made = transaction.allocate()) {
                        random.nextBytes(bytes);
                        made.putBytes(0, bytes, 0, bytes.length);
                        pages[page++] = made.id();
                    }
                }
                transaction.commit();
            }
        }
        return pages;
    }

    private void update(PageStore store, long[] pages, LongConsumer progress) {
        byte[] bytes = new byte[plan.changeBytes()];
        SplittableRandom random = new SplittableRandom(2);
        long before = logBytes(store);
        for (long changes = UPDATES_PER_TRANSACTION;; changes += UPDATES_PER_TRANSACTION) {
            try (Transaction transaction = store.begin()) {
                for (int i = 0; i < UPDATES_PER_TRANSACTION; i++) {
                    try (WritablePage page = transaction.write(pages[random.nextInt(pages.length)])) {
                        random.nextBytes(bytes);
                        page.putBytes(random.nextInt(store.usablePageBytes() - bytes.length), bytes, 0, bytes.length);
                    }
                }
                long logged = logBytes(store) > 0 ? logBytes(store) - before : changes * plan.changeBytes() * LOG_PER_CHANGE;
                progress.accept(logged);
                if (logged >= plan.logBytes()) {
                    transaction.commit(Durability.POWER_SAFE);
                    return;
                }
                transaction.commit();
            }
        }
    }

    private static long logBytes(PageStore store) {
        return store.statistics().logBytes() + store.statistics().imageBytes();
    }

    /** The crashed files, to be read only. */
    Path image() {
        return image;
    }

    /** A copy for one restart, on the disk and in the operating system's cache. */
    Path fresh() {
        delete(scratch);
        copy(image, scratch);
        return scratch;
    }

    /** A copy for one restart, on the disk alone, as after a failure of power; all but some small files. */
    Path freshOnDisk() {
        delete(scratch);
        copy(image, scratch, RawFile.direct());
        return scratch;
    }

    @Override
    public void close() {
        delete(plan.folder());
    }

    /** Copies files, with these options where their length allows it. */
    private static void copy(Path from, Path to, OpenOption... whereAligned) {
        ByteBuffer buffer = RawFile.aligned(COPY_BYTES);
        try {
            Files.createDirectories(to);
            List<Path> files;
            try (Stream<Path> listed = Files.list(from)) {
                files = listed.toList();
            }
            for (Path file : files) {
                try (FileChannel source = FileChannel.open(file); FileChannel target = FileChannel.open(to.resolve(file.getFileName()), options(source, whereAligned))) {
                    while (source.read(buffer.clear()) >= 0) {
                        buffer.flip();
                        while (buffer.hasRemaining()) {
                            target.write(buffer);
                        }
                    }
                    target.force(true); // or the system would write while we measure
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OpenOption[] options(FileChannel source, OpenOption[] whereAligned) throws IOException {
        Stream<OpenOption> more = source.size() % RawFile.BLOCK_BYTES == 0 ? Stream.of(whereAligned) : Stream.of();
        return Stream.concat(Stream.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), more).toArray(OpenOption[]::new);
    }

    /** Deletes a folder and what is in it, if it is there. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
