package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.Durability;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import org.jspecify.annotations.Nullable;

/**
 * The log specimen at work. Commit appends one record and reserves room for all that a checkpoint will write; a checkpoint forces the log, writes the dirty pages to
 * the doublewrite file, syncs, writes them home, syncs, and moves the control block to a new log. Recovery ends with a checkpoint, so no old tail is read twice.
 */
final class LogStrategy implements RecoveryStrategy {
    static final String PAGES = "specimen.pages";
    static final String TWICE = "specimen.twice";
    private static final long DEBT_LIMIT = 96 << 10;
    private static final long RESERVE_STEP = 64 << 10;

    final StrategyContext context;
    final Set<Vice> vices;
    /** Committed versions; a page without an entry does not exist. */
    final Map<Long, byte[]> committed = new ConcurrentHashMap<>();
    /** Pages whose home is older than their committed version. */
    final TreeSet<Long> dirty = new TreeSet<>();
    final DiskFile[] logs = new DiskFile[2];
    /** Null where nothing is stolen. */
    final @Nullable LogUndo undo;
    /** Pages as their homes hold them, though nobody has committed that. */
    private final Map<Long, byte[]> stolen = new HashMap<>();
    private final Map<Long, byte[]> lastStolen = new HashMap<>();
    private final Map<Long, byte[]> firstImages = new HashMap<>();
    DiskFile pages;
    DiskFile twice;
    LogControl control;
    /** LSN behind the last record. */
    long end;
    /** Guards the commit order: all of the above. */
    private final ReentrantLock order = new ReentrantLock();
    /** Held by whoever syncs. */
    private final ReentrantLock syncing = new ReentrantLock();
    private final Condition syncIsOver = syncing.newCondition();
    private boolean leading;
    private final Map<WriteSet, Long> active = new LinkedHashMap<>();
    /** While recovery takes its checkpoint. */
    boolean recovering;
    private volatile long synced;
    private volatile @Nullable StoreFailedException failure;
    private long highestTransaction;
    private long logBytes;
    private long imageBytes;
    private long pageBytes;
    private long checkpoints;

    /** One whose checkpoints write home what is not committed, if it is given where the before-images go. */
    LogStrategy(StrategyContext context, Set<Vice> vices, @Nullable LogUndo undo) {
        this.context = context;
        this.vices = vices;
        this.undo = undo;
    }

    static String logName(int parity) {
        return "specimen.log-" + parity;
    }

    boolean has(Vice vice) {
        return vices.contains(vice);
    }

    @Override
    public RecoveryReport recover() {
        RecoveryReport report = new LogRecovery(this).run();
        synced = Math.max(synced, has(Vice.G2_TAIL_RISES_AGAIN) ? 0 : end);
        context.tasks().repeat("flush log", Duration.ofMillis(Math.max(1, context.relaxedWindow().toMillis() / 2)), () -> {
            if (failure == null) {
                force(end);
            }
        });
        return report;
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        requireWhole();
        WriteSet transaction = new WriteSet(context.pageSize(), LogPage.HEADER) {
            @Override
            byte @Nullable [] committed(long pageId) {
                return committed.get(pageId);
            }

            @Override
            public void rollbackTo(long mark) {
                if (!has(Vice.A4_KEEPS_ROLLED_BACK_PART)) {
                    super.rollbackTo(mark);
                }
            }

            @Override
            public CommitTicket commit(Durability level) {
                CommitTicket ticket = LogStrategy.this.commit(this, transactionId, level);
                ended(this);
                return ticket;
            }

            @Override
            public void rollback() {
                super.rollback();
                ended(this);
            }
        };
        order.lock();
        try {
            active.put(transaction, transactionId);
            highestTransaction = Math.max(highestTransaction, transactionId);
        } finally {
            order.unlock();
        }
        return transaction;
    }

    private void ended(WriteSet transaction) {
        order.lock();
        try {
            active.remove(transaction);
        } finally {
            order.unlock();
        }
    }

    private CommitTicket commit(WriteSet transaction, long transactionId, Durability level) {
        Runnable late = () -> {
        };
        order.lock();
        try {
            requireWhole();
            Map<Long, byte @Nullable []> changes = transaction.pages();
            if (!changes.isEmpty()) {
                late = append(changes, transactionId);
            } else if (has(Vice.E1_READER_DOES_NOT_WAIT)) {
                return CommitTicket.DONE;
            }
            long mine = end;
            boolean waits = level == Durability.POWER_SAFE && !has(Vice.W4_ANSWERS_BEFORE_SYNC);
            return waits ? () -> force(mine) : CommitTicket.DONE;
        } finally {
            order.unlock();
            late.run();
        }
    }

    /** Appends; the answer is what is left to be done, which is something in the one vice only. */
    private Runnable append(Map<Long, byte @Nullable []> changes, long transactionId) {
        ByteBuffer record = LogRecords.encode(changes, committed, end, control.salt(), transactionId, synced);
        int length = record.remaining();
        DiskFile log = log();
        // All room that this commit and the checkpoint after it need is taken here; from here on a full disk cannot hurt.
        reserve(log, end - control.start() + length);
        TreeSet<Long> all = new TreeSet<>(dirty);
        all.addAll(changes.keySet());
        reserve(twice, LogCopies.bytes(all.size() + 8, context.pageSize()));
        reserve(pages, (((TreeMap<Long, byte[]>) changes).lastKey() + 1) * context.pageSize());
        long place = end - control.start();
        if (!has(Vice.D_WRITES_OUT_OF_ORDER)) {
            try {
                log.write(record, place);
            } catch (DiskException e) {
                // An error does not say that nothing was written: the record may be there, whole, and nobody can take it back.
                throw failed(e);
            }
        }
        changes.forEach((number, page) -> {
            if (page == null) {
                committed.remove(number);
            } else {
                LogPage.stamp(page, end);
                committed.put(number, page);
            }
        });
        dirty.addAll(changes.keySet());
        end += length;
        logBytes += length;
        return has(Vice.D_WRITES_OUT_OF_ORDER) ? () -> log.write(record, place) : () -> {
        };
    }

    /** Room that a recovery will count on must be durable before the commit that needs it, or a power loss takes it back. */
    private void reserve(DiskFile file, long bytes) {
        if (file.size() < bytes) {
            try {
                file.preallocate((bytes / RESERVE_STEP + 1) * RESERVE_STEP);
            } catch (DiskFullException e) {
                file.preallocate(bytes);
            }
            try {
                file.sync();
            } catch (DiskException e) {
                throw failed(e);
            }
        }
    }

    private DiskFile log() {
        return logs[(int) (control.generation() % 2)];
    }

    private void force(long lsn) {
        if (has(Vice.E_ANSWERS_FOLLOWER_BEFORE_SYNC) && syncing.isLocked() && !syncing.isHeldByCurrentThread()) {
            return;
        }
        if (has(Vice.X_LOSES_WAKEUPS) && !syncing.isHeldByCurrentThread()) {
            forceWithoutLookingAgain(lsn);
            return;
        }
        syncing.lock();
        try {
            requireWhole();
            long upTo = end;
            if (synced < lsn) {
                syncLog(log());
                synced = upTo;
            }
        } finally {
            syncing.unlock();
        }
    }

    /** One leads and syncs without the lock, the others wait to be told; between asking whether somebody leads and waiting for it, it may have told already. */
    private void forceWithoutLookingAgain(long lsn) {
        while (synced < lsn) {
            syncing.lock();
            boolean follows = leading;
            leading = true;
            syncing.unlock();
            if (follows) {
                syncing.lock();
                try {
                    syncIsOver.awaitUninterruptibly();
                } finally {
                    syncing.unlock();
                }
                continue;
            }
            long upTo = end;
            syncLog(log());
            syncing.lock();
            try {
                synced = Math.max(synced, upTo);
                leading = false;
                syncIsOver.signalAll();
            } finally {
                syncing.unlock();
            }
        }
    }

    private void syncLog(DiskFile log) {
        try {
            log.syncData();
        } catch (DiskException e) {
            if (has(Vice.F2_RETRIES_FAILED_SYNC)) {
                log.syncData();
            } else if (!has(Vice.F1_SWALLOWS_FAILED_SYNC)) {
                throw failed(e);
            }
        }
    }

    /** Puts a repaired page home before the copy it came from is overwritten. */
    void restore(Map<Long, byte[]> repaired) {
        if (!repaired.isEmpty()) {
            repaired.forEach((number, page) -> pages.write(ByteBuffer.wrap(page), number * context.pageSize()));
            pages.sync();
        }
    }

    StoreFailedException failed(DiskException e) {
        StoreFailedException first = failure;
        if (first == null) {
            first = new StoreFailedException("the disk failed: " + e.getMessage(), e);
            failure = first;
            context.events().failed(e);
        }
        return first;
    }

    private void requireWhole() {
        if (failure != null) {
            throw new StoreFailedException("the store has failed: open it again", failure);
        }
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        order.lock();
        try {
            requireWhole();
            long before = recoveryDebtBytes();
            int count = dirty.size();
            checkpoint(false, nextTransaction());
            checkpoints++;
            return new CheckpointReport(count, (long) count * context.pageSize(), before, recoveryDebtBytes(), Duration.ZERO);
        } finally {
            order.unlock();
        }
    }

    /** The whole of a checkpoint; with the order held, or alone. */
    void checkpoint(boolean clean, long nextTransaction) {
        syncing.lock();
        try {
            if (!has(Vice.W1_PAGES_BEFORE_LOG) && control != null && synced < end) {
                force(end);
            }
            TreeMap<Long, byte[]> batch = batch();
            stolen.clear();
            if (undo != null && !recovering) {
                steal(batch);
            }
            if (clean && has(Vice.C7_CLEAN_MARK_TOO_EARLY)) {
                writeControl(true, nextTransaction);
            }
            if (!batch.isEmpty()) {
                LogCopies.write(twice, control.generation(), batch, context.pageSize());
                if (!has(Vice.D1_NO_SYNC_BEFORE_HOME)) {
                    twice.sync();
                }
                batch.forEach((number, page) -> pages.write(ByteBuffer.wrap(page), number * context.pageSize()));
                imageBytes += (long) batch.size() * context.pageSize();
                pageBytes += (long) batch.size() * context.pageSize();
                syncHomes();
            }
            if (has(Vice.C6_CHECKPOINT_LETS_GO)) {
                letOthersIn();
            }
            dirty.clear();
            dirty.addAll(stolen.keySet());
            if (!clean || !has(Vice.C7_CLEAN_MARK_TOO_EARLY)) {
                writeControl(clean, nextTransaction);
            }
        } catch (DiskException e) {
            throw failed(e);
        } finally {
            syncing.unlock();
        }
    }

    /** What a checkpoint that is held up by nobody must not do. */
    private void letOthersIn() {
        if (order.isHeldByCurrentThread()) {
            order.unlock();
            order.lock();
        }
    }

    private void syncHomes() {
        if (has(Vice.C1_POINTER_BEFORE_PAGES)) {
            return;
        }
        try {
            pages.sync();
        } catch (DiskException e) {
            if (!has(Vice.F3_CHECKPOINT_GOES_ON)) {
                throw e;
            }
        }
    }

    private TreeMap<Long, byte[]> batch() {
        TreeMap<Long, byte[]> batch = new TreeMap<>();
        for (long number : dirty) {
            byte[] page = committed.get(number);
            batch.put(number, page == null ? LogPage.tombstone(context.pageSize(), Math.max(1, end - 1)) : page.clone());
        }
        if (has(Vice.P3_COPIES_IN_HALVES)) {
            letOthersIn();
            batch.forEach((number, copy) -> {
                byte[] now = committed.get(number);
                if (now != null) {
                    System.arraycopy(now, copy.length / 2, copy, copy.length / 2, copy.length / 2);
                }
            });
        }
        if (has(Vice.A1_STEALS_WITHOUT_UNDO)) {
            active.keySet().forEach(transaction -> transaction.pages().forEach((number, page) -> {
                if (page != null && committed.containsKey(number)) {
                    batch.put(number, page.clone());
                }
            }));
        }
        if (has(Vice.C4_CHECKPOINT_OMITS_PAGE) && batch.size() > 2) {
            batch.remove(batch.firstKey());
        }
        batch.forEach(this::seal);
        return batch;
    }

    /** Adds what is not committed to what goes home, its before-images first, durably; not where there is no room for that. */
    private void steal(TreeMap<Long, byte[]> batch) {
        Map<Long, byte[]> before = Map.copyOf(lastStolen);
        lastStolen.clear();
        List<LogUndo.Before> entries = new ArrayList<>();
        active.forEach((transaction, id) -> transaction.pages().forEach((number, page) -> {
            byte[] image = committed.get(number);
            if (page != null && image != null) {
                boolean idle = Arrays.equals(before.get(number), page);
                if (!idle || !has(Vice.A_FORGETS_IDLE_LOSER)) {
                    entries.add(new LogUndo.Before(id, number, has(Vice.A_UNDOES_BY_OLD_IMAGE) ? firstImages.computeIfAbsent(number, first -> image.clone()) : image));
                }
                stolen.put(number, page.clone());
            }
        }));
        long generation = control == null ? 1 : control.generation() + 1;
        try {
            reserve(twice, LogCopies.bytes(batch.size() + stolen.size(), context.pageSize()));
            undo.write(generation, entries);
        } catch (DiskFullException e) {
            stolen.clear();
            undo.write(generation, List.of());
        }
        lastStolen.putAll(stolen);
        stolen.forEach((number, page) -> {
            byte[] home = page.clone();
            seal(number, home);
            batch.put(number, home);
        });
    }

    private void seal(long number, byte[] page) {
        long covered = has(Vice.P9_CHECKSUM_WITHOUT_NUMBER) ? 0 : number;
        if (has(Vice.P6_CHECKSUM_BEFORE_LSN)) {
            byte[] before = page.clone();
            LogPage.view(before).putLong(0, 0);
            LogPage.seal(page, LogPage.checksum(before, covered));
        } else {
            LogPage.seal(page, LogPage.checksum(page, covered));
        }
    }

    private long nextTransaction() {
        return Math.max(control.nextTransaction(), highestTransaction + 1);
    }

    private void writeControl(boolean clean, long nextTransaction) {
        long generation = control == null ? 1 : control.generation() + (recovering && undo != null ? LogUndo.STEP_OF_RECOVERY : 1);
        long start = has(Vice.L5_LSN_STARTS_OVER) ? LogRecords.SECTOR : end;
        long salt = has(Vice.N1_OWN_RANDOM) ? System.nanoTime() : context.random().nextLong();
        LogControl next = new LogControl(generation, start, salt, nextTransaction, clean);
        next.write(context.disk(), vices, !has(Vice.C3_LOG_REUSED_TOO_EARLY) && !has(Vice.R3_CREATION_NOT_SYNCED));
        control = next;
        end = start;
        synced = start;
    }

    @Override
    public long recoveryDebtBytes() {
        return end - control.start();
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return DEBT_LIMIT;
    }

    @Override
    public StrategyStatistics statistics() {
        return new StrategyStatistics(logBytes, imageBytes, pageBytes, 0, 0, 0, checkpoints);
    }

    @Override
    public void close() {
        try {
            if (failure == null && control != null) {
                checkpoint(true, nextTransaction());
            }
        } finally {
            for (DiskFile file : new DiskFile[] {logs[0], logs[1], pages, twice}) {
                if (file != null) {
                    file.close();
                }
            }
        }
    }
}
