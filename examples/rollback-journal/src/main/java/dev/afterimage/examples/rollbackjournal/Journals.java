package dev.afterimage.examples.rollbackjournal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/**
 * All journals of a store: as many files, {@code journal-0} and so on, as there ever were writing transactions at one time. They are kept and used again, so that the usual transaction creates no file and syncs no
 * name. Safe for many threads; {@link #open} and {@link #close} run alone.
 */
final class Journals {
    private static final String PREFIX = "journal-";
    private static final String UNFINISHED = ".new";

    private final StrategyContext context;
    private final StoreFailure failure;
    private final long sizeLimit;
    private final LongAdder bytesWritten = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Journal> all = new ArrayList<>();
    private final ArrayDeque<Journal> idle = new ArrayDeque<>();

    Journals(StrategyContext context, StoreFailure failure) {
        this.context = context;
        this.failure = failure;
        sizeLimit = context.options().get(RollbackJournalProvider.JOURNAL_SIZE_LIMIT);
    }

    /** Whether a file of that name is one of ours, finished or not. */
    static boolean owns(String name) {
        return name.startsWith(PREFIX);
    }

    /**
     * In recovery: opens those there are and reads their headers.
     *
     * <p>A journal that no transaction has used is removed. A process that died, or a sync of names that failed, right after a journal got its name leaves one that everybody sees and the next power failure takes away, a
     * later sync of names notwithstanding; and a journal that goes away while it is hot takes with it the pages as they were. One that was used had its name durable before ({@link #create}).
     */
    List<Journal> open() {
        Disk disk = context.disk();
        for (String name : disk.list()) {
            if (owns(name) && !name.endsWith(UNFINISHED)) {
                Journal journal = journal(disk.open(name));
                all.add(journal);
                journal.readHeader();
                if (journal.transactionId() > 0) {
                    continue;
                }
                all.remove(journal);
                journal.close();
            }
            if (owns(name)) {
                disk.delete(name); // it does no harm if it comes back
            }
        }
        return all;
    }

    /** In recovery: all are cold now. */
    void allCold() {
        for (Journal journal : all) {
            journal.cutFile(sizeLimit);
        }
        idle.addAll(all);
    }

    /** A cold journal for a transaction that is about to change its first page. */
    Journal take(long transactionId) {
        lock.lock();
        try {
            Journal journal = idle.poll();
            if (journal == null) {
                journal = create(freeName());
                all.add(journal);
            }
            journal.begin(transactionId, context.random().nextLong());
            return journal;
        } finally {
            lock.unlock();
        }
    }

    /** Its transaction is over. */
    void give(Journal journal) {
        journal.cutFile(sizeLimit);
        lock.lock();
        try {
            idle.push(journal);
        } finally {
            lock.unlock();
        }
    }

    private String freeName() {
        int number = 0;
        while (context.disk().exists(PREFIX + number)) {
            number++;
        }
        return PREFIX + number;
    }

    /** The name appears only when the header is durable, so a journal without a header is damage and not a young journal. */
    private Journal create(String name) {
        Disk disk = context.disk();
        String unfinished = name + UNFINISHED;
        if (disk.exists(unfinished)) {
            disk.delete(unfinished); // of an attempt that found the disk full
        }
        try (DiskFile file = disk.create(unfinished)) {
            Journal young = journal(file);
            young.writeCold();
            failure.sync(file);
        }
        disk.rename(unfinished, name);
        try {
            disk.syncNames();
        } catch (RuntimeException e) {
            throw failure.fail(e);
        }
        return journal(disk.open(name));
    }

    private Journal journal(DiskFile file) {
        return new Journal(file, context.storeId(), context.pageSize(), failure, bytesWritten);
    }

    /** Bytes of entries that recovery would have to read if the machine died now. */
    long hotBytes() {
        lock.lock();
        try {
            long bytes = 0;
            for (Journal journal : all) {
                bytes += journal.bytesOf(journal.durableEntries());
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    long bytesWritten() {
        return bytesWritten.sum();
    }

    void close() {
        for (Journal journal : all) {
            journal.close();
        }
    }
}
