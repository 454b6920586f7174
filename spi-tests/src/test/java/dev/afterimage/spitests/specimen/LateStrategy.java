package dev.afterimage.spitests.specimen;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * The late specimen at work. Each change is a record of the whole page before and after; each undo is a record of the page put back and of how many changes are left. Recovery repeats all of that, and
 * what has neither commit nor end is rolled back after opening.
 */
final class LateStrategy implements RecoveryStrategy {
    private static final String LOG = "specimen.late-log";
    private static final int HEADER = 32;
    private static final byte CHANGE = 1;
    private static final byte UNDO = 2;
    private static final byte COMMIT = 3;
    private static final byte END = 4;

    /** What a page was before a change; null for no page. */
    private record Change(long page, byte @Nullable [] before) {
    }

    private final StrategyContext context;
    private final Set<Vice> vices;
    /** Guards all that follows. */
    private final ReentrantLock order = new ReentrantLock();
    private final Map<Long, byte[]> pages = new TreeMap<>();
    private final Map<Long, List<Change>> unfinished = new TreeMap<>();
    private final ByteArrayOutputStream unwritten = new ByteArrayOutputStream();
    private long written;
    private DiskFile log;
    private volatile @Nullable StoreFailedException failure;

    LateStrategy(StrategyContext context, Set<Vice> vices) {
        this.context = context;
        this.vices = vices;
    }

    // ---- the log: length (4), checksum (4), transaction (8), page (8), changes left (4), kind (1), whether pages before and after are there (2), nothing (1), those pages

    private void append(byte kind, long transaction, long page, int left, byte @Nullable [] before, byte @Nullable [] after) {
        int length = HEADER + (before == null ? 0 : before.length) + (after == null ? 0 : after.length);
        ByteBuffer record = ByteBuffer.allocate(length).putInt(length).putInt(0).putLong(transaction).putLong(page).putInt(left).put(kind);
        record.put((byte) (before == null ? 0 : 1)).put((byte) (after == null ? 0 : 1)).put((byte) 0);
        if (before != null) {
            record.put(before);
        }
        if (after != null) {
            record.put(after);
        }
        record.putInt(4, checksum(record.array(), written + unwritten.size()));
        unwritten.writeBytes(record.array());
    }

    private static int checksum(byte[] record, long position) {
        CRC32C crc = new CRC32C();
        crc.update(record, 8, record.length - 8);
        return (int) crc.getValue() ^ Long.hashCode(position + 1);
    }

    private void force() {
        order.lock();
        try {
            requireWhole();
            log.write(ByteBuffer.wrap(unwritten.toByteArray()), written);
            written += unwritten.size();
            unwritten.reset();
            log.sync();
        } catch (DiskException e) {
            failure = new StoreFailedException("the disk failed: " + e.getMessage(), e);
            context.events().failed(e);
            throw failure;
        } finally {
            order.unlock();
        }
    }

    private void requireWhole() {
        if (failure != null) {
            throw new StoreFailedException("the store has failed: open it again", failure);
        }
    }

    @Override
    public RecoveryReport recover() {
        context.tasks().repeat("flush log", Duration.ofMillis(Math.max(1, context.relaxedWindow().toMillis() / 2)), () -> {
            if (failure == null && log != null) {
                force();
            }
        });
        if (context.created()) {
            context.disk().list().stream().filter(name -> name.startsWith("specimen.")).forEach(context.disk()::delete);
            log = context.disk().create(LOG);
            context.disk().syncNames();
            return new RecoveryReport("specimen-late", Outcome.CREATED, List.of(), 0, 0, 0, 0, 0, Duration.ZERO);
        }
        log = context.disk().open(LOG);
        long highest = 0;
        for (ByteBuffer record = next(); record != null; record = next()) {
            highest = Math.max(highest, redo(record));
        }
        log.resize(written);
        log.sync();
        return new RecoveryReport("specimen-late", Outcome.RECOVERED, List.of(), 0, unfinished.size(), 0, 0, highest + (1 << 20), Duration.ZERO);
    }

    private @Nullable ByteBuffer next() {
        ByteBuffer head = ByteBuffer.allocate(HEADER);
        if (log.read(head, written) < HEADER || head.getInt(0) < HEADER || head.getInt(0) > HEADER + 2 * context.pageSize()) {
            return null;
        }
        ByteBuffer record = ByteBuffer.allocate(head.getInt(0));
        if (log.read(record, written) < record.capacity() || checksum(record.array(), written) != record.getInt(4)) {
            return null;
        }
        written += record.capacity();
        return record;
    }

    private long redo(ByteBuffer record) {
        long transaction = record.getLong(8);
        long page = record.getLong(16);
        byte kind = record.get(28);
        record.position(HEADER);
        byte[] before = image(record, record.get(29));
        byte[] after = image(record, record.get(30));
        if (kind == COMMIT || kind == END) {
            unfinished.remove(transaction);
            return transaction;
        }
        List<Change> changes = unfinished.computeIfAbsent(transaction, any -> new ArrayList<>());
        put(page, after);
        if (kind == CHANGE) {
            changes.add(new Change(page, before));
        } else {
            changes.subList(record.getInt(24), changes.size()).clear();
        }
        return transaction;
    }

    private byte @Nullable [] image(ByteBuffer record, byte there) {
        if (there == 0) {
            return null;
        }
        byte[] bytes = new byte[context.pageSize()];
        record.get(bytes);
        return bytes;
    }

    private void put(long page, byte @Nullable [] bytes) {
        if (bytes == null) {
            pages.remove(page);
        } else {
            pages.put(page, bytes.clone());
        }
    }

    /** Undoes the newest change of a transaction. */
    private void undoOne(long transaction, List<Change> changes) {
        Change newest = changes.remove(changes.size() - 1);
        put(newest.page, newest.before);
        append(UNDO, transaction, newest.page, changes.size(), null, newest.before);
    }

    @Override
    public List<RecoveredTransaction> recoveredTransactions() {
        List<RecoveredTransaction> losers = new ArrayList<>();
        unfinished.forEach((id, changes) -> losers.add(new Loser(id, changes)));
        return losers;
    }

    private final class Loser implements RecoveredTransaction {
        private final long id;
        private final List<Change> changes;
        private volatile int left;

        Loser(long id, List<Change> changes) {
            this.id = id;
            this.changes = changes;
            left = changes.size();
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public void forEachPage(LongConsumer each) {
            if (!vices.contains(Vice.A11_LOCKS_NOT_HELD)) {
                changes.forEach(change -> each.accept(change.page));
            }
        }

        @Override
        public long changesLeft() {
            return left;
        }

        @Override
        public boolean rollBack(int count) {
            order.lock();
            try {
                requireWhole();
                for (int undone = 0; undone < count && !changes.isEmpty(); undone++) {
                    undoOne(id, changes);
                }
                left = changes.size();
                if (vices.contains(Vice.A11_LATE_ROLLBACK_NOT_LOGGED)) {
                    unwritten.reset();
                } else if (changes.isEmpty()) {
                    append(END, id, 0, 0, null, null);
                }
                return changes.isEmpty();
            } finally {
                order.unlock();
            }
        }
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        requireWhole();
        return new InPlace(transactionId);
    }

    private final class InPlace implements StrategyTransaction {
        private final long id;
        private final List<Change> changes = new ArrayList<>();
        /** What pages open for writing were before. */
        private final Map<Long, byte[]> opened = new HashMap<>();
        private boolean changed;

        InPlace(long id) {
            this.id = id;
        }

        private byte[] need(long page) {
            order.lock();
            try {
                byte[] bytes = pages.get(page);
                if (bytes == null) {
                    throw new PageNotFoundException("page " + page + " does not exist");
                }
                return bytes;
            } finally {
                order.unlock();
            }
        }

        private void note(long page, byte @Nullable [] before, byte @Nullable [] after) {
            changed = true;
            changes.add(new Change(page, before));
            append(CHANGE, id, page, 0, before, after);
        }

        @Override
        public PageAccess read(long pageId) {
            return new HeapPage(pageId, need(pageId), 0);
        }

        @Override
        public PageAccess write(long pageId) {
            byte[] bytes = need(pageId);
            opened.put(pageId, bytes.clone());
            return new HeapPage(pageId, bytes, 0);
        }

        @Override
        public PageAccess create(long pageId) {
            order.lock();
            try {
                pages.put(pageId, new byte[context.pageSize()]);
                note(pageId, null, new byte[context.pageSize()]);
            } finally {
                order.unlock();
            }
            return write(pageId);
        }

        @Override
        public void discard(long pageId) {
            byte[] before = need(pageId);
            order.lock();
            try {
                pages.remove(pageId);
                note(pageId, before, null);
            } finally {
                order.unlock();
            }
        }

        @Override
        public void changed(PageAccess access, PageChange change) {
            order.lock();
            try {
                note(access.pageId(), opened.remove(access.pageId()), pages.get(access.pageId()));
            } finally {
                order.unlock();
            }
        }

        @Override
        public long mark() {
            return changes.size();
        }

        @Override
        public void rollbackTo(long mark) {
            order.lock();
            try {
                while (changes.size() > mark) {
                    undoOne(id, changes);
                }
            } finally {
                order.unlock();
            }
        }

        @Override
        public CommitTicket commit(Durability level) {
            order.lock();
            try {
                requireWhole();
                if (changed) {
                    append(COMMIT, id, 0, 0, null, null);
                }
            } finally {
                order.unlock();
            }
            return level == Durability.RELAXED ? CommitTicket.DONE : LateStrategy.this::force;
        }

        @Override
        public void rollback() {
            rollbackTo(0);
            order.lock();
            try {
                if (changed) {
                    append(END, id, 0, 0, null, null);
                }
            } finally {
                order.unlock();
            }
        }
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        force();
        return CheckpointReport.NOTHING;
    }

    @Override
    public long recoveryDebtBytes() {
        return 0;
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public StrategyStatistics statistics() {
        return new StrategyStatistics(written, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
        try {
            if (failure == null && log != null) {
                force();
            }
        } finally {
            if (log != null) {
                log.close();
            }
        }
    }
}
