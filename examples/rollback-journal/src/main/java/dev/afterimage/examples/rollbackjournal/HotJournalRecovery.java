package dev.afterimage.examples.rollbackjournal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.StrategyContext;

/**
 * Opening a store after a crash: each hot journal is that of a transaction that had not committed, and its pages are put back as they were.
 *
 * <p>The order makes it safe to be cut short anywhere (rule A2): pages are written from journals that stay hot, so doing it again comes to the same; all pages are synced before the first journal goes cold. A page that
 * the crash tore needs no care of its own: it was being overwritten, so it is in a hot journal. Nothing here needs room (rule F2).
 *
 * <p><strong>What is read is not relied on before it has been written again, and synced.</strong> It may be what the operating system remembers and not what the disk holds: of a process that was killed before it
 * synced, or whose sync failed. So three things are written as they were read. The control block, first: or a file is cut to a length that the block on the disk does not know. The header of a journal that is seen
 * hot, before its first page is put back: if the disk has it cold, a power failure in the midst of putting back would leave half of a transaction. The header of one that is seen cold: if the disk has it hot, a later
 * power failure would put back pages that others have committed on since.
 */
final class HotJournalRecovery {
    private static final int ENTRIES_PER_PROGRESS = 64;

    private final StrategyContext context;
    private final HomePages homes;
    private final ByteBuffer image;
    private final ByteBuffer found;
    private final Set<Long> putBack = new HashSet<>();
    private long entriesRead;
    private long bytesRead;
    private long transactions;
    private long torn;
    private long start;

    HotJournalRecovery(StrategyContext context, HomePages homes) {
        this.context = context;
        this.homes = homes;
        image = homes.newBuffer();
        found = homes.newBuffer();
    }

    /** Does it; the answer is what was done. */
    RecoveryPhase run(List<Journal> journals) {
        start = context.time().nanos();
        homes.requireWholeFile();
        long total = journals.stream().mapToLong(Journal::durableEntries).sum();
        progress(total);
        for (Journal journal : journals) {
            if (journal.isPerhapsHot()) {
                transactions++;
                journal.rewriteHot();
                rollBack(journal, total);
            }
        }
        progress(total);
        homes.cutAndSync();
        for (Journal journal : journals) {
            journal.invalidateInRecovery();
        }
        return RecoveryPhase.over("rollback", 0, total, bytesRead, elapsed()).withRecords(entriesRead).withPages(putBack.size(), putBack.size()).withUndo(putBack.size(), 0);
    }

    private void rollBack(Journal journal, long total) {
        int count = journal.durableEntries();
        for (int number = 0; number < count; number++) {
            Journal.Entry entry = journal.read(number, image);
            entriesRead++;
            bytesRead += journal.bytesOf(1);
            if (entry.base()) {
                putBack(journal, entry.page());
            }
            if (entriesRead % ENTRIES_PER_PROGRESS == 0) {
                progress(total);
            }
        }
    }

    private void putBack(Journal journal, long page) {
        if (page < 0 || page >= homes.inUse() || !putBack.add(page)) {
            throw new StoreDamagedException(journal.name() + " has page " + page + ", which " + (putBack.contains(page) ? "another entry has, too" : "has no home")
                    + ": these files are not of one store; restore it from a copy");
        }
        if (!homes.readUnverified(page, found)) {
            torn++;
        }
        // Written even where it looks the same: what was read need not be what is on the disk.
        homes.putBack(page, image);
    }

    private void progress(long total) {
        context.events().recoveryProgress(RecoveryProgress.towards("rollback", entriesRead, total, elapsed()));
    }

    private Duration elapsed() {
        return Duration.ofNanos(context.time().nanos() - start);
    }

    /** Transactions that were rolled back. */
    long transactions() {
        return transactions;
    }

    /** Pages that were found torn. */
    long torn() {
        return torn;
    }
}
