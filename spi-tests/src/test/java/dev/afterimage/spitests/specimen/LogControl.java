package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/**
 * Where a log specimen starts to read: two slots used in turn, each in two copies of one sector, so that neither a crash nor one rotten sector takes the newest.
 *
 * @param generation counts checkpoints; the log of a generation is in file {@code log-0} or {@code log-1} by its parity
 * @param start LSN of the first byte of that log
 * @param salt a random number its records carry
 * @param nextTransaction more than every transaction number before it
 * @param clean whether nothing has to be redone
 */
record LogControl(long generation, long start, long salt, long nextTransaction, boolean clean) {
    static final String FILE = "specimen.control";
    private static final int COPY = 4096;
    private static final int SECTOR = 512;
    private static final int BODY = 44;

    static void create(Disk disk) {
        try (DiskFile file = disk.create(FILE)) {
            file.preallocate(4 * COPY);
        }
    }

    /** Writes it, and syncs if asked to. */
    void write(Disk disk, Set<Vice> vices, boolean sync) {
        try (DiskFile file = disk.open(FILE)) {
            if (vices.contains(Vice.C2_CONTROL_IN_PLACE)) {
                // The checksum lies in another sector than what it checks, and both are overwritten in place.
                ByteBuffer both = ByteBuffer.allocate(2 * SECTOR).put(0, body(), 0, BODY).putInt(SECTOR, checksum(body()));
                file.write(both, 0);
            } else {
                for (int copy = 0; copy < 2; copy++) {
                    ByteBuffer sector = ByteBuffer.allocate(SECTOR).put(0, body(), 0, BODY).putInt(BODY, checksum(body()));
                    file.write(sector, position(generation, copy));
                }
            }
            if (sync) {
                file.sync();
            }
        }
    }

    private static long position(long generation, int copy) {
        return (2 * (generation % 2) + copy) * COPY;
    }

    /** The newest there is. */
    static LogControl read(Disk disk, Set<Vice> vices) {
        LogControl newest = null;
        try (DiskFile file = disk.open(FILE)) {
            if (vices.contains(Vice.C2_CONTROL_IN_PLACE)) {
                newest = read(file, 0, SECTOR);
            } else {
                for (int place = 0; place < 4; place++) {
                    LogControl found = read(file, place * COPY, BODY);
                    newest = newest == null || found != null && found.generation > newest.generation ? found : newest;
                }
            }
        }
        if (newest == null) {
            throw new StoreDamagedException(FILE + ": no control block has a good checksum");
        }
        return newest;
    }

    private static LogControl read(DiskFile file, long position, int checksumAt) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * SECTOR);
        file.read(bytes, position);
        byte[] body = new byte[BODY];
        bytes.get(0, body);
        if (bytes.getInt(checksumAt) != checksum(body)) {
            return null;
        }
        ByteBuffer fields = ByteBuffer.wrap(body);
        return new LogControl(fields.getLong(0), fields.getLong(8), fields.getLong(16), fields.getLong(24), fields.getInt(32) == 1);
    }

    private byte[] body() {
        return ByteBuffer.allocate(BODY).putLong(generation).putLong(start).putLong(salt).putLong(nextTransaction).putInt(clean ? 1 : 0).putLong(0x41667465L)
                .array();
    }

    private static int checksum(byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(body);
        return (int) crc.getValue() | 1;
    }
}
