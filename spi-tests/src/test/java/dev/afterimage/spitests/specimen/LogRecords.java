package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Records of a log specimen: one per transaction, beginning on a sector.
 *
 * <p>Header: length (4), checksum (4), LSN (8), salt (8), transaction (8), LSN up to which the log was synced when it was written (8), pages (4), nothing (4).
 * Each page: number (8), kind (1), and a whole page or a difference.
 */
final class LogRecords {
    static final int SECTOR = 512;
    static final int HEADER = 48;
    private static final int WHOLE = 0;
    private static final int DIFFERENCE = 1;
    private static final int DISCARD = 2;

    private LogRecords() {
    }

    /** What a record does to pages; answers whether it did anything. */
    interface Applier {
        boolean apply(long lsn, long transaction, ByteBuffer body, int pages);
    }

    static ByteBuffer encode(Map<Long, byte @Nullable []> changes, Map<Long, byte[]> committed, long lsn, long salt, long transaction, long synced) {
        int room = HEADER;
        for (byte[] page : changes.values()) {
            room += 16 + (page == null ? 0 : 3 * page.length);
        }
        ByteBuffer record = ByteBuffer.allocate(room + SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        record.position(HEADER);
        changes.forEach((number, page) -> {
            byte[] before = committed.get(number);
            record.putLong(number).put((byte) (page == null ? DISCARD : before == null ? WHOLE : DIFFERENCE));
            if (page != null && before == null) {
                record.put(page);
            } else if (page != null) {
                LogPage.difference(before, page, record);
            }
        });
        int length = (record.position() + SECTOR - 1) / SECTOR * SECTOR;
        record.putInt(0, length).putLong(8, lsn).putLong(16, salt).putLong(24, transaction).putLong(32, synced).putInt(40, changes.size());
        record.position(0).limit(length);
        record.putInt(4, checksum(record, length));
        return record;
    }

    private static int checksum(ByteBuffer record, int length) {
        CRC32C crc = new CRC32C();
        crc.update(record.slice(0, 4));
        crc.update(record.slice(8, length - 8));
        return (int) crc.getValue() | 1;
    }

    /** Decodes a record's pages and hands each to whoever keeps them. */
    static void decode(ByteBuffer body, int pages, int pageSize, PageTaker taker) {
        for (int count = 0; count < pages; count++) {
            long number = body.getLong();
            switch (body.get()) {
                case WHOLE -> {
                    byte[] page = new byte[pageSize];
                    body.get(page);
                    taker.whole(number, page);
                }
                case DIFFERENCE -> taker.difference(number, body);
                default -> taker.discard(number);
            }
        }
    }

    /** Takes what a record says of each page. */
    interface PageTaker {
        void whole(long number, byte[] page);

        void difference(long number, ByteBuffer runs);

        void discard(long number);
    }

    /**
     * Reads a log from its start, and gives each record to the applier.
     *
     * @return LSN of the end
     * @throws StoreDamagedException if it ends where a later record says it had been synced
     */
    static long scan(DiskFile log, LogControl control, Set<Vice> vices, Applier applier) {
        long position = 0;
        try {
            while (true) {
                ByteBuffer record = at(log, position, control, vices);
                if (record == null) {
                    break;
                }
                record.position(HEADER);
                applier.apply(control.start() + position, record.getLong(24), record, record.getInt(40));
                position += record.getInt(0);
            }
            requireTornTail(log, position, control, vices);
        } catch (DiskException e) {
            if (!vices.contains(Vice.F8_READ_ERROR_ENDS_LOG)) {
                throw e;
            }
        }
        return control.start() + position;
    }

    /** Whether the head of a record of this log stands where the log ends: the rest of it was lost. */
    static boolean isTornAt(DiskFile log, long end, LogControl control) {
        ByteBuffer head = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        return log.read(head, end) == HEADER && head.getLong(8) == control.start() + end && head.getLong(16) == control.salt();
    }

    /** What lies behind the end must not have been synced: no later record may know better. */
    private static void requireTornTail(DiskFile log, long end, LogControl control, Set<Vice> vices) {
        for (long position = end + SECTOR; position < log.size() && !vices.contains(Vice.G6_DAMAGE_ENDS_LOG); position += SECTOR) {
            ByteBuffer later = at(log, position, control, Set.of());
            if (later != null && (later.getLong(32) > control.start() + end || vices.contains(Vice.G7_REFUSES_TORN_TAIL))) {
                throw new StoreDamagedException("log: the record at " + (control.start() + end) + " is damaged, though synced up to " + later.getLong(32));
            }
        }
    }

    private static @Nullable ByteBuffer at(DiskFile log, long position, LogControl control, Set<Vice> vices) {
        ByteBuffer head = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        if (log.read(head, position) < HEADER) {
            return null;
        }
        int length = head.getInt(0);
        boolean sane = length >= SECTOR && length % SECTOR == 0 && position + length <= log.size();
        boolean mine = head.getLong(8) == control.start() + position && head.getLong(16) == control.salt();
        if (vices.contains(Vice.G3_BELIEVES_LENGTH) && length != 0) {
            Objects.checkFromIndexSize(position, (long) length, log.size());
        }
        if (!sane || !mine && !vices.contains(Vice.G1_BELIEVES_STALE_RECORDS)) {
            return null;
        }
        ByteBuffer record = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        log.read(record, position);
        record.clear();
        return record.getInt(4) == checksum(record, length) ? record : null;
    }
}
