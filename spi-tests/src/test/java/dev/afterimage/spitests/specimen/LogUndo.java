package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/**
 * The before-images of pages that a checkpoint writes home though nobody has committed them: generation (8), count (4), checksum (4), then for each its transaction (8), its number (8) and the page.
 *
 * <p>Two files, in turns. A checkpoint of generation {@code g} writes its file, durably, before it writes any page; recovery applies those of the control block's generation and, because the next checkpoint may have been
 * cut short, of the one after it, before it redoes anything. Recovery itself steals nothing, writes neither file, and leaves both generations behind.
 */
final class LogUndo {
    /** How far recovery takes the generation: beyond what the files hold, to a log of the other parity. */
    static final int STEP_OF_RECOVERY = 3;
    private static final int HEAD = 16;

    private final Disk disk;
    private final int pageSize;

    /** A page as it was when that transaction first wrote to it. */
    record Before(long transaction, long number, byte[] page) {
    }

    LogUndo(Disk disk, int pageSize) {
        this.disk = disk;
        this.pageSize = pageSize;
    }

    static String name(long generation) {
        return "specimen.undo-" + generation % 2;
    }

    void create() {
        for (int parity = 0; parity < 2; parity++) {
            try (DiskFile file = disk.create(name(parity))) {
                file.preallocate(HEAD);
                file.sync();
            }
        }
    }

    /** Room first, so that a full disk is met before anything is overwritten. */
    void write(long generation, List<Before> entries) {
        ByteBuffer bytes = ByteBuffer.allocate(HEAD + entries.size() * (16 + pageSize));
        bytes.putLong(generation).putInt(entries.size()).putInt(0);
        entries.forEach(entry -> bytes.putLong(entry.transaction).putLong(entry.number).put(entry.page));
        bytes.putInt(12, checksum(bytes));
        try (DiskFile file = disk.open(name(generation))) {
            if (file.size() < bytes.capacity()) {
                file.preallocate(bytes.capacity());
            }
            file.write(bytes.flip(), 0);
            file.sync();
        }
    }

    /** What recovery has to apply, oldest first. */
    List<Before> read(long generation, boolean ofAnyGeneration) {
        List<Before> entries = new ArrayList<>();
        read(generation, generation, ofAnyGeneration, entries);
        read(generation + 1, generation + 1, ofAnyGeneration, entries);
        return entries;
    }

    private void read(long file, long generation, boolean ofAnyGeneration, List<Before> entries) {
        ByteBuffer bytes;
        try (DiskFile undo = disk.open(name(file))) {
            bytes = ByteBuffer.allocate((int) undo.size());
            undo.read(bytes, 0);
        }
        int count = bytes.getInt(8);
        boolean wanted = bytes.getLong(0) == generation || ofAnyGeneration;
        if (!wanted || count < 0 || HEAD + (long) count * (16 + pageSize) > bytes.capacity()) {
            return;
        }
        bytes.limit(HEAD + count * (16 + pageSize));
        if (bytes.getInt(12) != checksum(bytes)) {
            return;
        }
        bytes.position(HEAD);
        for (int entry = 0; entry < count; entry++) {
            byte[] page = new byte[pageSize];
            long transaction = bytes.getLong();
            long number = bytes.getLong();
            bytes.get(page);
            entries.add(new Before(transaction, number, page));
        }
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, 12));
        crc.update(bytes.slice(HEAD, bytes.limit() - HEAD));
        return (int) crc.getValue() | 1;
    }
}
