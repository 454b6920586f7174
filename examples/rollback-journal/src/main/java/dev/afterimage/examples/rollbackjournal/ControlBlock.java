package dev.afterimage.examples.rollbackjournal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.storage.DiskFile;

/**
 * The few numbers about the whole store, in the one sector of the file {@code control}, which is rewritten in place: a disk writes a sector whole or not at all. A sector that does not check out is
 * damage, never a reason to guess.
 *
 * <table>
 *   <caption>Layout; numbers are little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>8</td><td>magic</td></tr>
 *   <tr><td>8</td><td>8</td><td>store id</td></tr>
 *   <tr><td>16</td><td>4</td><td>format version</td></tr>
 *   <tr><td>20</td><td>4</td><td>page size in bytes</td></tr>
 *   <tr><td>24</td><td>8</td><td>homes in use: no page of this number or above exists, whatever lies there</td></tr>
 *   <tr><td>32</td><td>8</td><td>highest transaction number, as of the last opening or orderly end</td></tr>
 *   <tr><td>40</td><td>4</td><td>1 if the store was closed in good order</td></tr>
 *   <tr><td>44</td><td>4</td><td>CRC-32C of all before</td></tr>
 * </table>
 * One thread at a time; who extends the homes holds a lock, and opening and closing run alone.
 */
final class ControlBlock {
    static final String FILE = "control";
    private static final int SECTOR = 512;
    private static final int CHECKSUM = 44;
    private static final long MAGIC = 0x6b63_6162_6c6c_6f72L;
    private static final int VERSION = 1;

    private final DiskFile file;
    private final long storeId;
    private final int pageSize;
    private long homes;
    private long highestTransactionId;
    private boolean clean;

    /** Of a new, empty store, until it is read. */
    ControlBlock(DiskFile file, StrategyContext context) {
        this.file = file;
        storeId = context.storeId();
        pageSize = context.pageSize();
    }

    /** Takes over what the file says. */
    void read() {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        file.read(sector.duplicate(), 0);
        if (sector.getLong(0) != MAGIC || sector.getInt(CHECKSUM) != checksum(sector)) {
            throw new StoreDamagedException("the file " + FILE + " does not check out; restore the store from a copy");
        }
        if (sector.getLong(8) != storeId || sector.getInt(16) != VERSION || sector.getInt(20) != pageSize) {
            throw new StoreDamagedException("the file " + FILE + " belongs to another store: expected store " + storeId + ", version " + VERSION + ", pages of " + pageSize
                    + " bytes, found " + sector.getLong(8) + ", " + sector.getInt(16) + ", " + sector.getInt(20));
        }
        homes = sector.getLong(24);
        highestTransactionId = sector.getLong(32);
        clean = sector.getInt(40) == 1;
    }

    long homes() {
        return homes;
    }

    long highestTransactionId() {
        return highestTransactionId;
    }

    boolean isClean() {
        return clean;
    }

    /** Writes what was read; not synced. See {@link HotJournalRecovery} for why. */
    void rewrite() {
        write(homes, highestTransactionId, clean);
    }

    /** Writes that so many homes are in use; not synced. What is kept in memory changes only if the write succeeds. */
    void writeHomes(long inUse) {
        write(inUse, highestTransactionId, clean);
    }

    /** Writes whether the store is closed in good order; not synced. */
    void writeState(boolean closedInGoodOrder, long highest) {
        write(homes, highest, closedInGoodOrder);
    }

    private void write(long inUse, long highest, boolean closedInGoodOrder) {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        sector.putLong(0, MAGIC).putLong(8, storeId).putInt(16, VERSION).putInt(20, pageSize);
        sector.putLong(24, inUse).putLong(32, highest).putInt(40, closedInGoodOrder ? 1 : 0);
        sector.putInt(CHECKSUM, checksum(sector));
        file.write(sector, 0);
        homes = inUse;
        highestTransactionId = highest;
        clean = closedInGoodOrder;
    }

    DiskFile file() {
        return file;
    }

    private static int checksum(ByteBuffer sector) {
        CRC32C checksum = new CRC32C();
        checksum.update(sector.slice(0, CHECKSUM));
        return (int) checksum.getValue();
    }
}
