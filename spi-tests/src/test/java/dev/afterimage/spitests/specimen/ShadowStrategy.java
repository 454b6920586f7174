package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import org.jspecify.annotations.Nullable;

/**
 * The shadow specimen at work. Commit writes changed pages, and the table, to slots that neither the newest root nor the one before it needs, syncs, writes the
 * other root, syncs; every commit is power safe when it returns. Recovery reads the newest root and writes it again, because a root read from a cache need not
 * be durable.
 */
final class ShadowStrategy implements RecoveryStrategy {
    private static final String PAGES = "specimen.slots";
    private static final int ENTRY = 16;
    private static final long UNRECORDED = 1L << 20;

    /** Where a page is, and the checksum of what is there. */
    private record Place(int slot, int checksum) {
    }

    private final StrategyContext context;
    private final Set<Vice> vices;
    /** Guards all that follows. */
    private final ReentrantLock order = new ReentrantLock();
    private TreeMap<Long, Place> table = new TreeMap<>();
    /** Slots of the newest root and of the one before it: a crash may come back to either. */
    private BitSet newest = new BitSet();
    private BitSet former = new BitSet();
    /** Slots that open snapshots may read. */
    private final List<BitSet> snapshots = new ArrayList<>();
    private DiskFile pages;
    private DiskFile roots;
    private ShadowRoot root;
    private long nextParity = 1;
    private long highestTransaction;
    private long pageBytes;
    private volatile @Nullable StoreFailedException failure;

    ShadowStrategy(StrategyContext context, Set<Vice> vices) {
        this.context = context;
        this.vices = vices;
    }

    private boolean has(Vice vice) {
        return vices.contains(vice);
    }

    @Override
    public RecoveryReport recover() {
        Disk disk = context.disk();
        boolean created = context.created();
        if (created) {
            disk.list().stream().filter(name -> name.startsWith("specimen.")).forEach(disk::delete);
            disk.create(PAGES).close();
            ShadowRoot.create(disk);
        }
        pages = disk.open(PAGES);
        roots = disk.open(ShadowRoot.FILE);
        if (created) {
            flip(Map.of());
            disk.syncNames();
        } else {
            root = ShadowRoot.read(roots, vices);
            load();
            highestTransaction = root.highestTransaction() + UNRECORDED;
            nextParity = has(Vice.S2_OVERWRITES_VALID_ROOT) ? 0 : root.sequence() + 1;
            root.write(roots, vices, root.sequence());
            roots.sync();
        }
        context.events().recoveryProgress(RecoveryProgress.towards("page table walk", table.size(), table.size(), Duration.ZERO));
        RecoveryPhase phase = RecoveryPhase.over("page table walk", root.sequence(), root.sequence() + 1, 0, Duration.ZERO).withRecords(table.size());
        return new RecoveryReport("specimen-shadow", created ? Outcome.CREATED : outcome(), List.of(phase), 0, 0, 0, 0, highestTransaction, Duration.ZERO);
    }

    /** A clean close leaves a mark in a file that the next opening removes first. */
    private Outcome outcome() {
        Disk disk = context.disk();
        if (!disk.exists("specimen.clean")) {
            return Outcome.RECOVERED;
        }
        disk.delete("specimen.clean");
        disk.syncNames();
        return Outcome.CLEAN;
    }

    private void load() {
        int pageSize = context.pageSize();
        ByteBuffer bytes = ByteBuffer.allocate(root.tableSlots().length * pageSize);
        for (int slot : root.tableSlots()) {
            pages.read(bytes.slice(bytes.position(), pageSize), (long) slot * pageSize);
            bytes.position(bytes.position() + pageSize);
            newest.set(slot);
        }
        if (checksum(bytes.array()) != root.tableChecksum() && !has(Vice.S3_ROOT_WITHOUT_CHECKSUM)) {
            throw new StoreDamagedException(PAGES + ": the page table has a wrong checksum");
        }
        for (int index = 0; index < root.entries(); index++) {
            Place place = new Place(bytes.getInt(index * ENTRY + 8), bytes.getInt(index * ENTRY + 12));
            table.put(bytes.getLong(index * ENTRY), place);
            newest.set(place.slot);
        }
        if (has(Vice.S9_ORPHANS_STAY)) {
            newest.set(0, (int) (pages.size() / pageSize));
        }
        former = (BitSet) newest.clone();
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private byte @Nullable [] read(long pageId) {
        return read(pageId, null);
    }

    /** Reads by a table that a snapshot keeps, or by the newest. */
    private byte @Nullable [] read(long pageId, @Nullable TreeMap<Long, Place> kept) {
        order.lock();
        try {
            requireWhole();
            Place place = (kept == null ? table : kept).get(pageId);
            if (place == null) {
                return null;
            }
            byte[] page = new byte[context.pageSize()];
            pages.read(ByteBuffer.wrap(page), (long) place.slot * page.length);
            if (checksum(page) != place.checksum && !has(Vice.S5_IGNORES_CHECKSUMS)) {
                throw new StoreDamagedException("page " + pageId + " in slot " + place.slot + " has a wrong checksum");
            }
            return page;
        } finally {
            order.unlock();
        }
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        requireWhole();
        order.lock();
        try {
            highestTransaction = Math.max(highestTransaction, transactionId);
        } finally {
            order.unlock();
        }
        return new WriteSet(context.pageSize(), 0) {
            @Override
            byte @Nullable [] committed(long pageId) {
                return ShadowStrategy.this.read(pageId);
            }

            @Override
            public CommitTicket commit(Durability level) {
                order.lock();
                try {
                    requireWhole();
                    if (!pages().isEmpty()) {
                        flip(pages());
                    }
                } finally {
                    order.unlock();
                }
                return CommitTicket.DONE;
            }
        };
    }

    /** The newest table, which never changes, and the slots it leads to: every commit is durable when it is ordered, so there is nothing to wait for. */
    @Override
    public StrategySnapshot openSnapshot(long transactionId) {
        order.lock();
        try {
            requireWhole();
            TreeMap<Long, Place> moment = has(Vice.S_SNAPSHOT_SEES_THE_NEWEST) ? null : table;
            BitSet slots = has(Vice.S5_REUSES_SLOTS_UNDER_SNAPSHOT) ? new BitSet() : (BitSet) newest.clone();
            snapshots.add(slots);
            return new StrategySnapshot() {
                @Override
                public PageAccess read(long pageId) {
                    byte[] page = ShadowStrategy.this.read(pageId, moment);
                    if (page == null) {
                        throw new PageNotFoundException("page " + pageId + " did not exist");
                    }
                    return new HeapPage(pageId, page, 0);
                }

                @Override
                public CommitTicket commit(Durability level) {
                    close();
                    return CommitTicket.DONE;
                }

                @Override
                public void close() {
                    order.lock();
                    try {
                        if (!has(Vice.S_SNAPSHOT_GIVES_NOTHING_BACK)) {
                            snapshots.removeIf(each -> each == slots);
                        }
                    } finally {
                        order.unlock();
                    }
                }
            };
        } finally {
            order.unlock();
        }
    }

    /** One commit. Until the root is written everything can be taken back by forgetting it. */
    private void flip(Map<Long, byte @Nullable []> changes) {
        BitSet taken = (BitSet) newest.clone();
        taken.or(former);
        snapshots.forEach(taken::or);
        TreeMap<Long, Place> next = new TreeMap<>(table);
        if (has(Vice.S6_REUSES_SLOTS_TOO_EARLY)) {
            taken = (BitSet) newest.clone();
            for (long number : changes.keySet()) {
                if (table.containsKey(number)) {
                    taken.clear(table.get(number).slot);
                }
            }
        }
        for (Map.Entry<Long, byte @Nullable []> change : changes.entrySet()) {
            byte[] page = change.getValue();
            if (page == null) {
                next.remove(change.getKey());
            } else {
                next.put(change.getKey(), new Place(put(page, taken), checksum(page)));
            }
        }
        ShadowRoot flipped = writeTable(next, taken);
        try {
            if (!has(Vice.S1_ROOT_BEFORE_PAGES)) {
                pages.sync();
            }
            flipped.write(roots, vices, nextParity++);
            if (has(Vice.S1_ROOT_BEFORE_PAGES)) {
                pages.sync();
            }
            roots.sync();
        } catch (DiskException e) {
            throw failed(e);
        }
        former = newest;
        newest = slots(next, flipped);
        if (has(Vice.S9_ORPHANS_STAY)) {
            newest.or(former);
        }
        table = next;
        root = flipped;
    }

    private ShadowRoot writeTable(TreeMap<Long, Place> next, BitSet taken) {
        int pageSize = context.pageSize();
        int slots = Math.max(1, (next.size() * ENTRY + pageSize - 1) / pageSize);
        if (slots > ShadowRoot.TABLE_SLOTS_MAX) {
            throw new DiskFullException("the specimen's table holds no more pages");
        }
        ByteBuffer bytes = ByteBuffer.allocate(slots * pageSize);
        next.forEach((number, place) -> bytes.putLong(number).putInt(place.slot).putInt(place.checksum));
        int[] tableSlots = new int[slots];
        for (int index = 0; index < slots; index++) {
            byte[] part = new byte[pageSize];
            bytes.get(index * pageSize, part);
            tableSlots[index] = put(part, taken);
        }
        return new ShadowRoot(root == null ? 1 : root.sequence() + 1, highestTransaction, next.size(), checksum(bytes.array()), tableSlots);
    }

    private int put(byte[] page, BitSet taken) {
        int slot = taken.nextClearBit(0);
        pages.write(ByteBuffer.wrap(page), (long) slot * page.length);
        taken.set(slot);
        pageBytes += page.length;
        return slot;
    }

    private static BitSet slots(Map<Long, Place> table, ShadowRoot root) {
        BitSet slots = new BitSet();
        table.values().forEach(place -> slots.set(place.slot));
        for (int slot : root.tableSlots()) {
            slots.set(slot);
        }
        return slots;
    }

    private StoreFailedException failed(DiskException e) {
        StoreFailedException first = new StoreFailedException("the disk failed: " + e.getMessage(), e);
        failure = first;
        context.events().failed(e);
        return first;
    }

    private void requireWhole() {
        if (failure != null) {
            throw new StoreFailedException("the store has failed: open it again", failure);
        }
    }

    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        requireWhole();
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
        return new StrategyStatistics(0, 0, pageBytes, 0, 0, 0, 0);
    }

    @Override
    public void close() {
        try {
            if (failure == null && root != null) {
                context.disk().create("specimen.clean").close();
                context.disk().syncNames();
            }
        } finally {
            if (pages != null) {
                pages.close();
            }
            if (roots != null) {
                roots.close();
            }
        }
    }
}
