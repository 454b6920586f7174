package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/** How a log specimen opens: makes its files, or repairs torn homes from the copies, loads all pages, redoes the log, and takes a checkpoint. */
final class LogRecovery {
    /** Transactions that left no record have numbers too; each opening leaves room for so many. */
    private static final long UNRECORDED = 1L << 20;

    private final LogStrategy store;
    private final Disk disk;
    /** Every page read or redone, those included that say that there is none. */
    private final Map<Long, byte[]> loaded = new HashMap<>();
    private final Map<Long, byte[]> repaired = new HashMap<>();
    private final Set<Long> committers = new HashSet<>();
    private long redone;
    private long undone;
    private long highest;
    private long records;
    private long tailBytesCut;
    private long changes;

    LogRecovery(LogStrategy store) {
        this.store = store;
        this.disk = store.context.disk();
    }

    RecoveryReport run() {
        if (store.context.created()) {
            create();
            return report(Outcome.CREATED, 0);
        }
        open();
        store.control = LogControl.read(disk, store.vices);
        LogControl control = store.control;
        highest = control.nextTransaction();
        load();
        List<LogUndo.Before> before = store.undo == null ? List.of() : store.undo.read(control.generation(), store.has(Vice.A2_UNDOES_AGAIN));
        before.forEach(this::undo);
        DiskFile log = store.logs[(int) (control.generation() % 2)];
        store.end = LogRecords.scan(log, control, store.vices, this::redo);
        tailBytesCut = LogRecords.isTornAt(log, store.end - control.start(), control) ? LogRecords.SECTOR : 0;
        loaded.forEach((number, page) -> {
            if (LogPage.lsn(page) >= store.end) {
                throw new StoreDamagedException("page " + number + " is of " + LogPage.lsn(page) + ", and the log ends at " + store.end);
            }
        });
        if (store.has(Vice.A6_UNDOES_ROLLED_BACK)) {
            before.stream().filter(entry -> !committers.contains(entry.transaction())).forEach(this::undo);
        }
        undone = before.stream().map(LogUndo.Before::transaction).filter(transaction -> !committers.contains(transaction)).distinct().count();
        loaded.forEach((number, page) -> {
            if (LogPage.exists(page)) {
                store.committed.put(number, page);
            }
        });
        highest += UNRECORDED;
        if (!store.has(Vice.G2_TAIL_RISES_AGAIN)) {
            relyOn(store.logs[(int) (control.generation() % 2)], store.end - control.start());
            store.recovering = true;
            store.checkpoint(false, highest);
            store.recovering = false;
        }
        store.context.events().recoveryProgress(RecoveryProgress.towards("redo", records, records, Duration.ZERO));
        return report(control.clean() ? Outcome.CLEAN : Outcome.RECOVERED, control.start());
    }

    /**
     * What was read may have come from a cache: written by a process that died, or by one whose sync failed, after which the system takes it for clean and a
     * sync alone writes nothing. So it is written again, before anything else is done on its strength.
     */
    private static void relyOn(DiskFile log, long bytes) {
        ByteBuffer records = ByteBuffer.allocate((int) bytes);
        log.read(records, 0);
        log.write(records.flip(), 0);
        log.sync();
    }

    private void create() {
        for (String name : disk.list()) {
            if (name.startsWith("specimen.")) {
                disk.delete(name);
            }
        }
        disk.create(LogStrategy.PAGES).close();
        disk.create(LogStrategy.TWICE).close();
        disk.create(LogStrategy.logName(0)).close();
        disk.create(LogStrategy.logName(1)).close();
        LogControl.create(disk);
        if (store.undo != null) {
            store.undo.create();
        }
        open();
        store.end = LogRecords.SECTOR;
        store.checkpoint(false, 1);
        if (!store.has(Vice.R3_CREATION_NOT_SYNCED)) {
            store.pages.sync();
            store.twice.sync();
            store.logs[0].sync();
            store.logs[1].sync();
            disk.syncNames();
        }
    }

    private void open() {
        store.pages = disk.open(LogStrategy.PAGES);
        store.twice = disk.open(LogStrategy.TWICE);
        for (int parity = 0; parity < 2; parity++) {
            store.logs[parity] = disk.open(LogStrategy.logName(parity));
        }
    }

    private void load() {
        int pageSize = store.context.pageSize();
        Map<Long, byte[]> copies = LogCopies.read(store.twice, store.control.generation(), pageSize);
        for (long number = 0; number * pageSize < store.pages.size(); number++) {
            byte[] page = new byte[pageSize];
            store.pages.read(ByteBuffer.wrap(page), number * pageSize);
            if (isWhole(page, number)) {
                loaded.put(number, page);
                continue;
            }
            byte[] copy = copies.get(number);
            if (copy == null || !isWhole(copy, number)) {
                throw new StoreDamagedException("page " + number + " has a wrong checksum, and there is no good copy");
            }
            loaded.put(number, copy);
            repaired.put(number, copy);
        }
        if (store.has(Vice.D5_REPAIR_NOT_SYNCED)) {
            store.dirty.addAll(repaired.keySet());
            return;
        }
        // Homes whose sync failed look whole in a cache that takes them for clean. So the copies, byte for byte, and then the homes are written once more. A copy
        // of an earlier batch may stand where one of this batch was lost; its LSN tells.
        copies.entrySet().removeIf(copy -> !isSealed(copy.getValue(), copy.getKey()) || LogPage.lsn(copy.getValue()) < LogPage.lsn(page(copy.getKey())));
        if (!copies.isEmpty()) {
            relyOn(store.twice, store.twice.size());
            store.restore(copies);
            loaded.putAll(copies);
        }
    }

    private boolean isSealed(byte[] page, long number) {
        return LogPage.isSealed(page, store.has(Vice.P9_CHECKSUM_WITHOUT_NUMBER) ? 0 : number);
    }

    private boolean isWhole(byte[] page, long number) {
        if (store.has(Vice.P5_IGNORES_CHECKSUMS)) {
            return true;
        }
        for (byte one : page) {
            if (one != 0) {
                return isSealed(page, number);
            }
        }
        return true;
    }

    /** Redo finds the page as it was committed, and brings it up to date; or leaves it, if nothing was committed since. */
    private void undo(LogUndo.Before before) {
        loaded.put(before.number(), before.page().clone());
        store.dirty.add(before.number());
    }

    private boolean redo(long lsn, long transaction, ByteBuffer body, int pages) {
        records++;
        committers.add(transaction);
        highest = Math.max(highest, transaction);
        int before = store.dirty.size();
        LogRecords.decode(body, pages, store.context.pageSize(), new LogRecords.PageTaker() {
            @Override
            public void whole(long number, byte[] page) {
                if (isOlder(number)) {
                    put(number, page);
                }
            }

            @Override
            public void difference(long number, ByteBuffer runs) {
                boolean older = isOlder(number);
                byte[] page = older ? page(number).clone() : page(number);
                LogPage.apply(runs, page, older);
                if (older) {
                    put(number, page);
                }
            }

            @Override
            public void discard(long number) {
                if (isOlder(number)) {
                    loaded.put(number, LogPage.tombstone(store.context.pageSize(), lsn));
                    store.dirty.add(number);
                    changes++;
                }
            }

            private boolean isOlder(long number) {
                long held = LogPage.lsn(page(number));
                return held < lsn || store.has(Vice.L1_REDOES_TWICE);
            }

            private void put(long number, byte[] page) {
                long old = LogPage.lsn(page(number));
                LogPage.stamp(page, store.has(Vice.L2_REDO_STAMPS_NOTHING) ? old : lsn);
                loaded.put(number, page);
                store.dirty.add(number);
                changes++;
            }
        });
        redone += store.dirty.size() > before ? 1 : 0;
        return true;
    }

    private byte[] page(long number) {
        return loaded.computeIfAbsent(number, none -> new byte[store.context.pageSize()]);
    }

    private RecoveryReport report(Outcome outcome, long from) {
        RecoveryPhase phase = RecoveryPhase.over("redo", from, store.end, store.end - from, Duration.ZERO).withRecords(records).withPages(loaded.size(), 0).withRedo(changes, 0);
        return new RecoveryReport(store.undo == null ? "specimen-log" : "specimen-undo", outcome, List.of(phase), redone, undone, repaired.size(), tailBytesCut, highest, Duration.ZERO);
    }
}
