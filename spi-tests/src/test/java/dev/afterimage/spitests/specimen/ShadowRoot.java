package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * A root of the shadow specimen: which slots hold the table. Two places used in turn, each with two copies of one sector.
 *
 * <p>A rotten copy of the newest root must not make an older one look newest: the other copy is there for that, and where both copies of one place are bad though
 * something was written there, the store is refused.
 *
 * @param sequence counts commits
 * @param highestTransaction the highest transaction number there may have been
 * @param entries entries in the table
 * @param tableChecksum checksum of the whole table
 * @param tableSlots slots that hold it
 */
record ShadowRoot(long sequence, long highestTransaction, int entries, int tableChecksum, int[] tableSlots) {
    static final String FILE = "specimen.roots";
    static final int TABLE_SLOTS_MAX = 100;
    private static final int COPY = 4096;
    private static final int SECTOR = 512;

    static void create(Disk disk) {
        try (DiskFile file = disk.create(FILE)) {
            file.preallocate(4 * COPY);
        }
    }

    void write(DiskFile file, Set<Vice> vices, long parity) {
        ByteBuffer body = ByteBuffer.allocate(SECTOR).putLong(sequence).putLong(highestTransaction).putInt(entries).putInt(tableChecksum).putInt(tableSlots.length);
        for (int slot : tableSlots) {
            body.putInt(slot);
        }
        body.putInt(SECTOR - 4, checksum(body)).rewind();
        for (int copy = 0; copy < 2; copy++) {
            long position = (2 * (parity % 2) + copy) * COPY;
            if (inTwoSectors(vices)) {
                // Two sectors: what it is in the first, where the table is in the second.
                file.write(body.slice(0, 8), position);
                file.write(body.slice(8, SECTOR - 8), position + SECTOR);
            } else {
                file.write(body.rewind(), position);
            }
        }
    }

    /** The newest root. */
    static ShadowRoot read(DiskFile file, Set<Vice> vices) {
        ShadowRoot newest = null;
        boolean damaged = false;
        for (int parity = 0; parity < 2; parity++) {
            ShadowRoot first = read(file, 2L * parity * COPY, vices);
            ShadowRoot second = vices.contains(Vice.S10_FALLS_BACK_SILENTLY) ? null : read(file, (2L * parity + 1) * COPY, vices);
            ShadowRoot one = newer(first, second);
            damaged |= one == null && !isBlank(file, 2L * parity * COPY);
            newest = newer(newest, one);
        }
        if (newest == null || damaged && !vices.contains(Vice.S10_FALLS_BACK_SILENTLY)) {
            throw new StoreDamagedException(FILE + ": both copies of a root are damaged");
        }
        return newest;
    }

    private static boolean inTwoSectors(Set<Vice> vices) {
        return vices.contains(Vice.S2_OVERWRITES_VALID_ROOT) || vices.contains(Vice.S3_ROOT_WITHOUT_CHECKSUM);
    }

    private static @Nullable ShadowRoot newer(@Nullable ShadowRoot one, @Nullable ShadowRoot other) {
        return one == null || other != null && other.sequence > one.sequence ? other : one;
    }

    private static @Nullable ShadowRoot read(DiskFile file, long position, Set<Vice> vices) {
        ByteBuffer body = ByteBuffer.allocate(SECTOR);
        if (inTwoSectors(vices)) {
            file.read(body.slice(0, 8), position);
            file.read(body.slice(8, SECTOR - 8), position + SECTOR);
        } else {
            file.read(body, position);
        }
        if (body.getInt(SECTOR - 4) != checksum(body) && !vices.contains(Vice.S3_ROOT_WITHOUT_CHECKSUM)) {
            return null;
        }
        int[] slots = new int[Math.min(TABLE_SLOTS_MAX, body.getInt(24))];
        for (int index = 0; index < slots.length; index++) {
            slots[index] = body.getInt(28 + 4 * index);
        }
        return body.getLong(0) == 0 ? null : new ShadowRoot(body.getLong(0), body.getLong(8), body.getInt(16), body.getInt(20), slots);
    }

    private static boolean isBlank(DiskFile file, long position) {
        ByteBuffer both = ByteBuffer.allocate(COPY + SECTOR);
        file.read(both, position);
        for (byte one : both.array()) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(ByteBuffer body) {
        CRC32C crc = new CRC32C();
        crc.update(body.slice(0, SECTOR - 4));
        return (int) crc.getValue() | 1;
    }
}
