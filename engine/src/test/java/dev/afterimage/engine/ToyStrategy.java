package dev.afterimage.engine;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.SyncFailedException;

/**
 * The simplest strategy that keeps the rules: pages in a map, and a journal of maps on the disk. With {@link ChangeDetail#RANGES_WITH_BEFORE} it writes in
 * place and undoes by before-bytes, after opening too if a checkpoint came while the transaction was active ({@link ToyLoser}); otherwise it writes private copies, and a snapshot is a copy of the map.
 */
final class ToyStrategy implements RecoveryStrategy {
    static final String JOURNAL = "toy.journal";
    private static final byte[] GONE = new byte[0];

    /** Provides toys; {@link #hook} sees the name of each call before it is done, and may throw. */
    static class Provider implements RecoveryStrategyProvider {
        private final String name;
        private final ChangeDetail detail;
        volatile Consumer<String> hook = call -> { };
        volatile long debtLimitBytes = Long.MAX_VALUE;
        /** What recovery is said to have left, instead of what the journal says. */
        volatile List<RecoveredTransaction> pretended = List.of();
        volatile boolean optionalTraits = true;
        final AtomicInteger opened = new AtomicInteger();
        volatile ToyStrategy latest;

        Provider(String name, ChangeDetail detail) {
            this.name = name;
            this.detail = detail;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String description() {
            return "Keeps all pages in memory and a journal of maps on the disk.";
        }

        @Override
        public StrategyTraits traits() {
            boolean inPlace = detail == ChangeDetail.RANGES_WITH_BEFORE;
            StrategyTraits traits = new StrategyTraits(inPlace, false, true, inPlace, TornPageProtection.COPY_ON_WRITE, detail, 16);
            if (!optionalTraits) {
                return traits;
            }
            return traits.with(inPlace ? OptionalTrait.ROLLBACK_AFTER_OPENING : OptionalTrait.SNAPSHOT_READS);
        }

        @Override
        public List<StrategyOption<?>> options() {
            return List.of(StrategyOption.integer("toys", 3, 1, 9, "How many toys."));
        }

        @Override
        public RecoveryStrategy open(StrategyContext context) {
            opened.incrementAndGet();
            latest = new ToyStrategy(this, context);
            return latest;
        }
    }

    private final Provider provider;
    private final StrategyContext context;
    private final int usable;
    private final Map<Long, byte[]> pages = new ConcurrentHashMap<>();
    private final ReentrantLock order = new ReentrantLock();
    private final ReentrantLock journal = new ReentrantLock();
    private final ArrayDeque<byte[]> unwritten = new ArrayDeque<>();
    /** Undo logs of transactions that change pages in place and have not ended, by their numbers. */
    private final Map<Long, ToyLoser> unfinished = new ConcurrentHashMap<>();
    private long ordered;
    private volatile long synced;
    private long size;
    private volatile DiskFile file;
    private volatile boolean failed;
    final AtomicInteger openAccesses = new AtomicInteger();
    final AtomicInteger activeTransactions = new AtomicInteger();
    volatile boolean closed;

    private ToyStrategy(Provider provider, StrategyContext context) {
        this.provider = provider;
        this.context = context;
        usable = context.pageSize() - 16;
    }

    private void call(String name) {
        if (closed) {
            throw new AssertionError(name + " after close");
        }
        provider.hook.accept(name);
        if (failed) {
            throw new StoreFailedException("the toy is broken");
        }
    }

    @Override
    public RecoveryReport recover() {
        call("recover");
        if (context.created()) {
            if (context.disk().exists(JOURNAL)) {
                context.disk().delete(JOURNAL);
            }
            file = context.disk().create(JOURNAL);
            context.disk().syncNames();
            return report(RecoveryReport.Outcome.CREATED, 0);
        }
        file = context.disk().open(JOURNAL);
        long highest = 0;
        for (byte[] entry = next(); entry != null; entry = next()) {
            ByteBuffer buffer = ByteBuffer.wrap(entry);
            long id = buffer.getLong();
            highest = Math.max(highest, id);
            unfinished.remove(id);
            for (int left = buffer.getInt(); left > 0; left--) {
                long page = buffer.getLong();
                byte[] bytes = new byte[buffer.getInt()];
                buffer.get(bytes);
                install(page, bytes);
            }
            for (int left = buffer.getInt(); left > 0; left--) {
                ToyLoser loser = ToyLoser.decode(buffer, pages, this::rolledBack);
                unfinished.put(loser.id(), loser);
            }
        }
        file.resize(size);
        file.sync();
        return report(RecoveryReport.Outcome.RECOVERED, highest);
    }

    @Override
    public List<? extends RecoveredTransaction> recoveredTransactions() {
        call("recoveredTransactions");
        return provider.pretended.isEmpty() ? List.copyOf(new TreeMap<>(unfinished).values()) : provider.pretended;
    }

    /** A recovered transaction is rolled back: that has a place in the order, before whatever its pages hold next. */
    private void rolledBack(ToyLoser loser) {
        order.lock();
        try {
            unfinished.remove(loser.id());
            Map<Long, byte[]> now = new TreeMap<>();
            loser.forEachPage(page -> now.put(page, pages.getOrDefault(page, GONE)));
            unwritten.add(encode(loser.id(), now, List.of()));
            ordered++;
        } finally {
            order.unlock();
        }
    }

    @Override
    public StrategySnapshot openSnapshot(long transactionId) {
        call("openSnapshot");
        order.lock();
        try {
            // Committed bytes never change where transactions write copies.
            Map<Long, byte[]> moment = new HashMap<>(pages);
            long mine = ordered;
            activeTransactions.incrementAndGet();
            return new StrategySnapshot() {
                @Override
                public PageAccess read(long pageId) {
                    call("read " + pageId);
                    byte[] bytes = moment.get(pageId);
                    if (bytes == null) {
                        throw new PageNotFoundException("no page " + pageId);
                    }
                    openAccesses.incrementAndGet();
                    return new HeapPage(pageId, bytes, openAccesses::decrementAndGet);
                }

                @Override
                public CommitTicket commit(Durability level) {
                    call("commit");
                    activeTransactions.decrementAndGet();
                    return ticket(level, mine);
                }

                @Override
                public void close() {
                    call("rollback");
                    activeTransactions.decrementAndGet();
                }
            };
        } finally {
            order.unlock();
        }
    }

    private CommitTicket ticket(Durability level, long mine) {
        return () -> {
            provider.hook.accept("await");
            if (level == Durability.POWER_SAFE) {
                force(mine);
            }
        };
    }

    private RecoveryReport report(RecoveryReport.Outcome outcome, long highest) {
        return new RecoveryReport(provider.name, outcome, List.of(RecoveryPhase.over("redo", 0, size, size, Duration.ZERO)), 0, 0, 0, 0,
                highest, Duration.ZERO);
    }

    private byte[] next() {
        ByteBuffer head = ByteBuffer.allocate(8);
        if (file.read(head, size) < 8 || head.getInt(0) <= 0) {
            return null;
        }
        ByteBuffer body = ByteBuffer.allocate(head.getInt(0));
        if (file.read(body, size + 8) < body.capacity() || checksum(body.array()) != head.getInt(4)) {
            return null;
        }
        size += 8 + body.capacity();
        return body.array();
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void install(long page, byte[] bytes) {
        if (bytes.length == 0) {
            pages.remove(page);
        } else {
            pages.put(page, bytes);
        }
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        call("begin");
        activeTransactions.incrementAndGet();
        return provider.detail == ChangeDetail.RANGES_WITH_BEFORE ? new InPlace(transactionId) : new Copying(transactionId);
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        call("checkpoint " + pace);
        // In the order in which force() takes them.
        journal.lock();
        order.lock();
        try {
            force(ordered);
            Map<Long, byte[]> all = new TreeMap<>(pages);
            byte[] entry = encode(Long.MAX_VALUE >> 20, all, unfinished.values());
            long before = size;
            try (DiskFile next = context.disk().create("toy.next")) {
                next.write(ByteBuffer.wrap(entry), 0);
                next.sync();
            }
            context.disk().rename("toy.next", JOURNAL);
            context.disk().syncNames();
            file = context.disk().open(JOURNAL);
            size = entry.length;
            return new CheckpointReport(all.size(), entry.length, before, 0, Duration.ZERO);
        } finally {
            order.unlock();
            journal.unlock();
        }
    }

    @Override
    public long recoveryDebtBytes() {
        return size;
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return provider.debtLimitBytes;
    }

    @Override
    public StrategyStatistics statistics() {
        return new StrategyStatistics(size, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
        if (closed || openAccesses.get() != 0 || !failed && file != null && activeTransactions.get() != 0) {
            throw new AssertionError("closed " + closed + ", open accesses " + openAccesses + ", active transactions " + activeTransactions);
        }
        provider.hook.accept("close");
        try {
            if (!failed && file != null) {
                force(ordered);
            }
        } finally {
            closed = true;
        }
    }

    private static byte[] encode(long transactionId, Map<Long, byte[]> changes, Collection<ToyLoser> losers) {
        try (ByteArrayOutputStream body = new ByteArrayOutputStream(); DataOutputStream out = new DataOutputStream(body)) {
            out.writeLong(transactionId);
            out.writeInt(changes.size());
            for (Map.Entry<Long, byte[]> change : changes.entrySet()) {
                out.writeLong(change.getKey());
                out.writeInt(change.getValue().length);
                out.write(change.getValue());
            }
            out.writeInt(losers.size());
            for (ToyLoser loser : losers) {
                loser.encode(out);
            }
            byte[] bytes = body.toByteArray();
            return ByteBuffer.allocate(8 + bytes.length).putInt(bytes.length).putInt(checksum(bytes)).put(bytes).array();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes and syncs everything up to a place in the order. */
    private void force(long upTo) {
        journal.lock();
        try {
            if (failed) {
                throw new StoreFailedException("the toy is broken");
            }
            if (synced >= upTo) {
                return;
            }
            long reached = synced;
            byte[] entry;
            while ((entry = take()) != null) {
                file.write(ByteBuffer.wrap(entry), size);
                size += entry.length;
                reached++;
            }
            file.syncData();
            synced = reached;
        } catch (SyncFailedException e) {
            failed = true;
            context.events().failed(e);
            throw new StoreFailedException("the toy is broken", e);
        } finally {
            journal.unlock();
        }
    }

    private byte[] take() {
        order.lock();
        try {
            return unwritten.poll();
        } finally {
            order.unlock();
        }
    }

    private abstract class Toy implements StrategyTransaction {
        final long id;
        private boolean over;

        Toy(long id) {
            this.id = id;
        }

        abstract Map<Long, byte[]> changes();

        final void use(String name) {
            if (over) {
                throw new AssertionError(name + " after the end of transaction " + id);
            }
            call(name);
        }

        final PageAccess access(long page, byte[] bytes) {
            openAccesses.incrementAndGet();
            return new HeapPage(page, bytes, openAccesses::decrementAndGet);
        }

        final void end() {
            over = true;
            unfinished.remove(id);
            activeTransactions.decrementAndGet();
        }

        @Override
        public CommitTicket commit(Durability level) {
            use("commit");
            order.lock();
            try {
                Map<Long, byte[]> changes = changes();
                if (!changes.isEmpty()) {
                    unwritten.add(encode(id, changes, List.of()));
                    ordered++;
                    changes.forEach(ToyStrategy.this::install);
                }
                end();
                return ticket(level, ordered);
            } finally {
                order.unlock();
            }
        }
    }

    /** Private copies. */
    private final class Copying extends Toy {
        private final List<Map<Long, byte[]>> layers = new ArrayList<>(List.of(new HashMap<>()));

        Copying(long id) {
            super(id);
        }

        private byte[] find(long page) {
            for (int i = layers.size() - 1; i >= 0; i--) {
                byte[] found = layers.get(i).get(page);
                if (found != null) {
                    return found;
                }
            }
            return pages.getOrDefault(page, GONE);
        }

        private byte[] need(long page) {
            byte[] found = find(page);
            if (found.length == 0) {
                throw new PageNotFoundException("no page " + page);
            }
            return found;
        }

        private Map<Long, byte[]> top() {
            return layers.get(layers.size() - 1);
        }

        @Override
        Map<Long, byte[]> changes() {
            Map<Long, byte[]> all = new TreeMap<>();
            layers.forEach(all::putAll);
            return all;
        }

        @Override
        public PageAccess read(long pageId) {
            use("read " + pageId);
            return access(pageId, need(pageId));
        }

        @Override
        public PageAccess write(long pageId) {
            use("write " + pageId);
            byte[] bytes = need(pageId);
            return access(pageId, top().computeIfAbsent(pageId, page -> bytes.clone()));
        }

        @Override
        public PageAccess create(long pageId) {
            use("create " + pageId);
            if (find(pageId).length != 0) {
                throw new AssertionError("page " + pageId + " exists");
            }
            top().put(pageId, new byte[usable]);
            return access(pageId, top().get(pageId));
        }

        @Override
        public void discard(long pageId) {
            use("discard " + pageId);
            need(pageId);
            top().put(pageId, GONE);
        }

        @Override
        public void changed(PageAccess access, PageChange change) {
            use("changed " + change.pageId());
        }

        @Override
        public long mark() {
            use("mark");
            layers.add(new HashMap<>());
            return layers.size() - 1;
        }

        @Override
        public void rollbackTo(long mark) {
            use("rollbackTo");
            layers.subList((int) mark, layers.size()).clear();
            layers.add(new HashMap<>());
        }

        @Override
        public void rollback() {
            use("rollback");
            end();
        }
    }

    /** In place, undone by before-bytes. */
    private final class InPlace extends Toy {
        private final ToyLoser undo;
        private final Map<Long, byte[]> touched = new TreeMap<>();

        InPlace(long id) {
            super(id);
            undo = new ToyLoser(id, pages, ToyStrategy.this::rolledBack);
            unfinished.put(id, undo);
        }

        private byte[] need(long page) {
            byte[] found = pages.get(page);
            if (found == null) {
                throw new PageNotFoundException("no page " + page);
            }
            return found;
        }

        @Override
        Map<Long, byte[]> changes() {
            touched.replaceAll((page, any) -> pages.getOrDefault(page, GONE));
            return touched;
        }

        @Override
        public PageAccess read(long pageId) {
            use("read " + pageId);
            return access(pageId, need(pageId));
        }

        @Override
        public PageAccess write(long pageId) {
            use("write " + pageId);
            return access(pageId, need(pageId));
        }

        @Override
        public PageAccess create(long pageId) {
            use("create " + pageId);
            if (pages.putIfAbsent(pageId, new byte[usable]) != null) {
                throw new AssertionError("page " + pageId + " exists");
            }
            touched.put(pageId, GONE);
            undo.add(pageId, -1, GONE);
            return access(pageId, pages.get(pageId));
        }

        @Override
        public void discard(long pageId) {
            use("discard " + pageId);
            need(pageId);
            byte[] old = pages.remove(pageId);
            touched.put(pageId, GONE);
            undo.add(pageId, -1, old);
        }

        @Override
        public void changed(PageAccess access, PageChange change) {
            use("changed " + change.pageId());
            long page = change.pageId();
            touched.put(page, GONE);
            for (int i = 0; i < change.ranges(); i++) {
                int offset = change.offset(i);
                byte[] before = new byte[change.length(i)];
                change.copyBefore(i, ByteBuffer.wrap(before));
                undo.add(page, offset, before);
            }
        }

        @Override
        public long mark() {
            use("mark");
            return undo.size();
        }

        @Override
        public void rollbackTo(long mark) {
            use("rollbackTo");
            undo.undoTo((int) mark);
        }

        @Override
        public void rollback() {
            use("rollback");
            undo.undoTo(0);
            end();
        }
    }

    /** All committed pages, for comparisons. */
    Map<Long, Integer> contents() {
        Map<Long, Integer> all = new TreeMap<>();
        pages.forEach((page, bytes) -> all.put(page, Arrays.hashCode(bytes)));
        return all;
    }
}
