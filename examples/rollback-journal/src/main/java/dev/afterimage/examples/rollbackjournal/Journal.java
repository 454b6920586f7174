package dev.afterimage.examples.rollbackjournal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskFile;

/**
 * The journal of one transaction at a time: pages as they were before it changed them. The file stays when the transaction is over, and serves the next one.
 *
 * <pre>
 *              begin                 makeDurable                  makeDurable: the count grows
 *   COLD ───────────────► COLD, filling ───────────► HOT (count) ◄──┐
 *    ▲                          │                        │   └──────┘
 *    │        forget            │                        │
 *    ├──────────────────────────┘                        │
 *    │        invalidate: of a commit, when the pages are home and synced; of a rollback, when the pages as they were are; of recovery, likewise
 *    └───────────────────────────────────────────────────┘
 * </pre>
 * <table>
 *   <caption>The header: one sector, at 0, so that it changes whole or not at all; numbers are little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>8</td><td>magic</td></tr>
 *   <tr><td>8</td><td>8</td><td>store id</td></tr>
 *   <tr><td>16</td><td>8</td><td>salt, another for each transaction, which goes into each entry's checksum</td></tr>
 *   <tr><td>24</td><td>8</td><td>highest number of a transaction that used it, 0 if none did: no home names a greater one of it</td></tr>
 *   <tr><td>32</td><td>4</td><td>entries that are durable, if hot; 0 if cold</td></tr>
 *   <tr><td>36</td><td>4</td><td>1 if hot, 0 if cold</td></tr>
 *   <tr><td>40</td><td>4</td><td>CRC-32C of all before</td></tr>
 * </table>
 * <table>
 *   <caption>Entry {@code i}: one sector and one page, at {@code 4096 + i * (512 + pageSize)}</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>4</td><td>CRC-32C of the salt, of what follows up to 20, and of the page if there is one</td></tr>
 *   <tr><td>4</td><td>4</td><td>bit 0: the page as it was before the transaction (else at a savepoint); bit 1: it existed</td></tr>
 *   <tr><td>8</td><td>8</td><td>number of the page</td></tr>
 *   <tr><td>16</td><td>4</td><td>{@code i}</td></tr>
 *   <tr><td>512</td><td>pageSize</td><td>the page, if it existed</td></tr>
 * </table>
 * <strong>Invariant 1: when the header says {@code count}, entries 0 to {@code count - 1} are durable</strong>: one sync stands between the last of their writes and the header's. So an entry below the count that
 * does not check out is damage, and one at the count or above it is nothing at all, whatever it looks like: no home was overwritten on its strength. That is why there are two syncs and not one. If entries and
 * count went to the disk together, a bad entry might be rotten, or might never have arrived, and recovery could not tell which (rule T2).
 * <p><strong>Invariant 2: a synced sector is not written again while it matters.</strong> An entry begins at a sector of its own, and those below the count stay until the header is cold.
 *
 * <p>Its transaction appends, and any thread that wants a page's frame makes it durable; hence the lock.
 */
final class Journal {
    private static final int SECTOR = 512;
    private static final int ENTRIES_FROM = 4096;
    private static final long MAGIC = 0x6c61_6e72_756f_6a61L;
    private static final int HEADER_CHECKSUM = 40;
    private static final int BASE = 1;
    private static final int EXISTED = 2;

    private final DiskFile file;
    private final long storeId;
    private final int entryBytes;
    private final StoreFailure failure;
    private final LongAdder bytesWritten;
    private final ReentrantLock lock = new ReentrantLock();
    private final ByteBuffer entry;
    private long salt;
    private long transactionId;
    private int entries;
    private volatile int durable;
    /** Whether the header on the disk may say hot: set before it is written. */
    private volatile boolean perhapsHot;

    Journal(DiskFile file, long storeId, int pageSize, StoreFailure failure, LongAdder bytesWritten) {
        this.file = file;
        this.storeId = storeId;
        this.entryBytes = SECTOR + pageSize;
        this.failure = failure;
        this.bytesWritten = bytesWritten;
        entry = ByteBuffer.allocate(entryBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads the header, in recovery: what it says is from now on what this object knows. */
    void readHeader() {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        file.read(sector.duplicate(), 0);
        if (sector.getLong(0) != MAGIC || sector.getLong(8) != storeId || sector.getInt(HEADER_CHECKSUM) != checksumOfHeader(sector)) {
            throw new StoreDamagedException("the header of " + file.name() + " does not check out, so nobody knows whether it has to be rolled back; restore the store from a copy");
        }
        salt = sector.getLong(16);
        transactionId = sector.getLong(24);
        entries = sector.getInt(32);
        durable = entries;
        perhapsHot = sector.getInt(36) == 1;
    }

    /** A transaction takes it. Nothing on the disk changes. */
    void begin(long transaction, long newSalt) {
        assert !perhapsHot : "a hot journal was given away";
        transactionId = Math.max(transactionId, transaction);
        salt = newSalt;
        entries = 0;
        durable = 0;
    }

    /**
     * Keeps a page as it is; not durable yet. Here, before anything is changed, a full disk is met, if at all.
     *
     * @param base whether the transaction has not changed the page yet
     * @return the entry's number
     */
    int append(long page, ByteBuffer image, boolean base) {
        lock.lock();
        try {
            boolean existed = HomePages.exists(image);
            entry.clear();
            entry.putInt(4, (base ? BASE : 0) | (existed ? EXISTED : 0)).putLong(8, page).putInt(16, entries);
            if (existed) {
                entry.put(SECTOR, image, 0, entryBytes - SECTOR);
            }
            entry.putInt(0, checksumOfEntry());
            file.write(entry.duplicate().limit(existed ? entryBytes : SECTOR), position(entries));
            bytesWritten.add(existed ? entryBytes : SECTOR);
            return entries++;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when an entry and all before it are durable and counted: the homes of their pages may be overwritten then, and not before (rule W1). */
    void makeDurable(int number) {
        lock.lock();
        try {
            if (number < durable) {
                return;
            }
            int count = entries;
            failure.sync(file);
            perhapsHot = true;
            writeHeader(count, true);
            failure.sync(file);
            durable = count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes it cold, durably. This is the moment of commit, and likewise the end of a rollback: before it the next recovery puts back the pages as they were, after it no more. An error in here leaves open which,
     * so it fails the store.
     */
    void invalidate() {
        lock.lock();
        try {
            writeCold();
            failure.sync(file);
            perhapsHot = false;
        } catch (RuntimeException e) {
            throw failure.fail(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * In recovery, of a hot journal: writes the header that was read, durably. See {@link HotJournalRecovery} for why. Where the disk has it cold, pages are as they were, and are written once more, with the same bytes. Even that
     * may harm one that does not exist yet: where there are only zeros, a torn write may leave anything.
     */
    void rewriteHot() {
        assert perhapsHot;
        writeHeader(durable, true);
        file.sync();
    }

    /** Makes it cold in recovery, where no promise has been made yet and an error just ends the attempt. */
    void invalidateInRecovery() {
        writeCold();
        file.sync();
        perhapsHot = false;
    }

    /** Writes the header of a cold journal, the first one of its file as well; not synced. */
    void writeCold() {
        writeHeader(0, false);
    }

    /** Forgets the last entries, as far as the header does not count them. */
    void cutTo(int kept) {
        lock.lock();
        try {
            entries = Math.max(kept, durable);
        } finally {
            lock.unlock();
        }
    }

    /** Cuts the file to about that many bytes, if it is longer and cold. Durably: a cut that came after all could take entries along that were written since. */
    void cutFile(long bytesMax) {
        assert !perhapsHot;
        if (file.size() > bytesMax) {
            file.resize(bytesMax);
            failure.syncWithLength(file);
        }
    }

    /**
     * Reads an entry below the count into {@code target}: the page as it was, zeros if it did not exist. Whoever rolls back or recovers has a right to find it, so what does not check out is damage.
     *
     * @return the number of the page
     */
    Entry read(int number, ByteBuffer target) {
        lock.lock();
        try {
            entry.clear();
            int bytes = file.read(entry.duplicate(), position(number));
            boolean existed = (entry.getInt(4) & EXISTED) != 0;
            if (bytes < (existed ? entryBytes : SECTOR) || entry.getInt(16) != number || entry.getInt(0) != checksumOfEntry()) {
                throw new StoreDamagedException("entry " + number + " of " + file.name() + " had been synced and does not check out: page " + entry.getLong(8)
                        + " cannot be rolled back; restore the store from a copy");
            }
            if (existed) {
                target.put(0, entry, SECTOR, entryBytes - SECTOR);
            } else {
                target.put(0, new byte[entryBytes - SECTOR]);
            }
            return new Entry(entry.getLong(8), (entry.getInt(4) & BASE) != 0);
        } finally {
            lock.unlock();
        }
    }

    /** Which page an entry is of, and whether it is the page before the transaction. */
    record Entry(long page, boolean base) {
    }

    private void writeHeader(int count, boolean hot) {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        sector.putLong(0, MAGIC).putLong(8, storeId).putLong(16, salt).putLong(24, transactionId).putInt(32, count).putInt(36, hot ? 1 : 0);
        sector.putInt(HEADER_CHECKSUM, checksumOfHeader(sector));
        file.write(sector, 0);
        bytesWritten.add(SECTOR);
    }

    private static int checksumOfHeader(ByteBuffer sector) {
        CRC32C checksum = new CRC32C();
        checksum.update(sector.slice(0, HEADER_CHECKSUM));
        return (int) checksum.getValue();
    }

    /** Of the entry in the buffer. With the salt in it no entry of an earlier transaction checks out, and none of this one in another's place. */
    private int checksumOfEntry() {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, salt));
        checksum.update(entry.slice(4, 16));
        if ((entry.getInt(4) & EXISTED) != 0) {
            checksum.update(entry.slice(SECTOR, entryBytes - SECTOR));
        }
        return (int) checksum.getValue();
    }

    private long position(int number) {
        return ENTRIES_FROM + (long) number * entryBytes;
    }

    String name() {
        return file.name();
    }

    /** The highest number of a transaction that used it. */
    long transactionId() {
        return transactionId;
    }

    /** Entries that recovery would have to look at; any thread may ask. */
    int durableEntries() {
        return perhapsHot ? durable : 0;
    }

    long bytesOf(int count) {
        return (long) count * entryBytes;
    }

    boolean isPerhapsHot() {
        return perhapsHot;
    }

    void close() {
        file.close();
    }
}
