package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The redo log")
class RedoLogTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final MiniTransaction mtr = new MiniTransaction();

    @Test
    @DisplayName("gives back what mini-transactions of all sizes logged, at the LSNs that commit had said")
    void readsBack() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            long lsn = log.endLsn();
            for (int number = 1; number <= 1200; number++) {
                long end = RedoWorkshop.append(log, mtr, number, number % 7 == 0 ? 0 : number);
                assertEquals(lsn, mtr.startLsn());
                assertEquals(end, mtr.endLsn());
                assertEquals(RedoBlock.after(lsn, mtr.bytes()), end);
                lsn = end;
            }
            log.force(lsn);
            assertEquals(lsn, log.syncedLsn());
        }
        RedoWorkshop.Reading reading = RedoWorkshop.read(disk);
        assertEquals(1200, reading.found().size());
        assertEquals(reading.found().get(1199).endLsn(), reading.end().lsn());
    }

    @Test
    @DisplayName("keeps every kind of record as it was logged")
    void kindsOfRecords() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            log.reserve(mtr, 300);
            mtr.initPage(1, Long.MAX_VALUE);
            mtr.writeShort(1, 5, 65534, (short) -2);
            mtr.writeInt(7, 5, 4, -4);
            mtr.writeLong(0, 0, 65528, -8);
            mtr.fill(1, 5, 0, 65536, (byte) 9);
            mtr.freePage(1, 6);
            log.force(log.commit(mtr));
        }
        try (RedoReader reader = RedoReader.open(disk, RedoWorkshop.STORE)) {
            reader.findEnd(lsn -> { });
            assertTrue(reader.next());
            expect(reader, RedoRecordType.INIT_PAGE, 1, Long.MAX_VALUE, 0, 0);
            expect(reader, RedoRecordType.WRITE_SHORT, 1, 5, 65534, 2);
            assertEquals(-2, reader.body().getShort());
            expect(reader, RedoRecordType.WRITE_INT, 7, 5, 4, 4);
            assertEquals(-4, reader.body().getInt());
            expect(reader, RedoRecordType.WRITE_LONG, 0, 0, 65528, 8);
            assertEquals(-8, reader.body().getLong());
            expect(reader, RedoRecordType.FILL, 1, 5, 0, 65536);
            assertEquals(9, reader.body().get());
            expect(reader, RedoRecordType.FREE_PAGE, 1, 6, 0, 0);
            assertFalse(reader.nextRecord());
            assertFalse(reader.next());
        }
    }

    private static void expect(RedoReader reader, RedoRecordType type, int space, long page, int offset, int length) {
        assertTrue(reader.nextRecord());
        assertEquals(type, reader.type());
        assertEquals(space, reader.space());
        assertEquals(page, reader.page());
        assertEquals(offset, reader.offset());
        assertEquals(length, reader.length());
    }

    @Test
    @DisplayName("loses nothing that was forced, and shows nothing that was not written, when the power fails")
    void forcedIsThere() {
        long forced;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            RedoWorkshop.append(log, mtr, 1, 2000);
            forced = RedoWorkshop.append(log, mtr, 2, 10);
            log.force(forced);
            log.write(RedoWorkshop.append(log, mtr, 3, 10));
            RedoWorkshop.append(log, mtr, 4, 10);
        }
        assertEquals(forced, RedoWorkshop.read(new SimulatedDisk(disk.asSynced())).end().lsn());
        assertEquals(3, RedoWorkshop.read(new SimulatedDisk(disk.asIssued())).last());
    }

    @Test
    @DisplayName("begins redo at the checkpoint, and hands back what the strategy kept there")
    void checkpoint() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            RedoWorkshop.append(log, mtr, 1, 700);
            long lsn = RedoWorkshop.append(log, mtr, 2, 700);
            RedoWorkshop.append(log, mtr, 3, 700);
            log.checkpoint(lsn, RedoWorkshop.payload(2));
            assertEquals(lsn, log.checkpointLsn());
            assertEquals(log.endLsn() - lsn, log.ageBytes());
            log.checkpoint(lsn - 100, RedoWorkshop.payload(2)); // an older one moves nothing
            assertEquals(lsn, log.checkpointLsn());
            log.force(log.endLsn());
        }
        RedoWorkshop.Reading reading = RedoWorkshop.read(disk);
        assertEquals(1, reading.found().size());
        assertEquals(3, reading.last());
        assertEquals(2, reading.checkpointed());
    }

    @Test
    @DisplayName("goes on where it ended, any number of times, with no checkpoint between")
    void goesOn() {
        RedoWorkshop.create(disk).close();
        for (int opening = 1; opening <= 40; opening++) {
            try (RedoLog log = RedoWorkshop.reopen(disk)) {
                log.force(RedoWorkshop.append(log, mtr, opening, opening * 13));
            }
        }
        assertEquals(40, RedoWorkshop.read(disk).found().size());
        assertEquals(41, RedoWorkshop.read(disk).end().epochs().size());
    }

    @Test
    @DisplayName("takes a later checkpoint before it goes on, where the pages are home already")
    void goesOnWithLaterCheckpoint() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            log.force(RedoWorkshop.append(log, mtr, 1, 100));
        }
        RedoEnd end = RedoWorkshop.read(disk).end();
        try (RedoLog log = RedoLog.continueAt(end, disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(3), RedoWorkshop.QUIET, end.lsn(), RedoWorkshop.payload(1))) {
            assertEquals(end.lsn(), log.checkpointLsn());
            assertTrue(log.endLsn() > end.lsn());
            log.force(RedoWorkshop.append(log, mtr, 2, 100));
        }
        RedoWorkshop.Reading reading = RedoWorkshop.read(disk);
        assertEquals(1, reading.found().size());
        assertEquals(2, reading.last());
    }

    @Test
    @DisplayName("says when so many openings were killed that there is no room for another, and goes on from a checkpoint at the end")
    void noRoomToGoOn() {
        int number = 0;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            while (log.ageBytes() < log.capacityBytes() - 20_000) {
                RedoWorkshop.append(log, mtr, ++number, 8000);
            }
            log.force(log.endLsn());
        }
        int openings = 0;
        RedoEnd end = RedoWorkshop.endOf(disk);
        while (RedoLog.hasRoomToContinue(end, end.checkpointLsn())) {
            RedoLog.continueAt(end, disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(3), RedoWorkshop.QUIET, end.checkpointLsn(), RedoWorkshop.payload(0)).close();
            openings++;
            end = RedoWorkshop.endOf(disk);
        }
        assertTrue(openings >= 64, "a block for each opening, of at least 64 kept back, found " + openings);
        RedoEnd full = end;
        assertThrows(IllegalStateException.class, () -> RedoLog.continueAt(full, disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(3), RedoWorkshop.QUIET, full.checkpointLsn(),
                RedoWorkshop.payload(0)));
        try (RedoLog log = RedoLog.continueAt(full, disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(3), RedoWorkshop.QUIET, full.lsn(), RedoWorkshop.payload(number))) {
            log.force(RedoWorkshop.append(log, mtr, number + 1, 8000));
        }
        assertEquals(number + 1, RedoWorkshop.read(disk).last());
    }

    @Test
    @DisplayName("refuses a position beyond its end: what has it belongs to another log (L6)")
    void beyondTheEnd() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            assertThrows(StoreDamagedException.class, () -> log.force(log.endLsn() + 1));
            assertThrows(StoreDamagedException.class, () -> log.write(log.endLsn() + 1));
        }
    }

    @Test
    @DisplayName("refuses to hand out anything before the end is found and durable")
    void endFirst() {
        RedoWorkshop.create(disk).close();
        try (RedoReader reader = RedoReader.open(disk, RedoWorkshop.STORE)) {
            assertThrows(IllegalStateException.class, reader::next);
        }
    }

    @Test
    @DisplayName("is refused by another store, and with a file missing or of another length")
    void otherStore() {
        RedoWorkshop.create(disk).close();
        assertThrows(StoreDamagedException.class, () -> RedoReader.open(disk, RedoWorkshop.STORE + 1));
        SimulatedDisk longer = new SimulatedDisk(disk.asIssued());
        longer.open("redo-2").resize((1 << 18) + 512);
        assertThrows(StoreDamagedException.class, () -> RedoReader.open(longer, RedoWorkshop.STORE));
        SimulatedDisk missing = new SimulatedDisk(disk.asIssued());
        missing.delete("redo-3");
        assertThrows(StoreDamagedException.class, () -> RedoReader.open(missing, RedoWorkshop.STORE));
    }

    @Test
    @DisplayName("refuses what exceeds a reservation, and a reservation that is too large")
    void reservations() {
        try (RedoLog log = RedoWorkshop.create(disk)) {
            assertThrows(IllegalStateException.class, () -> mtr.writeLong(0, 0, 0, 0));
            log.reserve(mtr, MiniTransaction.bytesFor(8));
            assertThrows(IllegalStateException.class, () -> log.reserve(mtr, 10), "it is under way");
            mtr.writeLong(0, 0, 0, 0);
            assertThrows(IllegalStateException.class, () -> mtr.writeLong(0, 0, 0, 0));
            log.commit(mtr);
            assertThrows(IllegalStateException.class, () -> log.commit(mtr));
            assertThrows(IllegalArgumentException.class, () -> log.reserve(mtr, RedoWorkshop.SMALL.maxMiniTransactionBytes() + 1));
            long end = log.endLsn();
            log.reserve(mtr, 100);
            log.cancel(mtr);
            log.cancel(mtr);
            log.reserve(mtr, 100);
            assertEquals(end, log.commit(mtr), "one that logged nothing");
            assertEquals(end, log.endLsn());
        }
    }

    @Test
    @DisplayName("LSNs count headers and trailers, and stand for bytes of data")
    void lsnArithmetic() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 10_000; i++) {
            long lsn = RedoBlock.firstLsn(random.nextLong(1, 1L << 40)) + random.nextInt(RedoBlock.DATA_BYTES);
            int bytes = random.nextInt(5000);
            long slowly = lsn;
            for (int b = 0; b < bytes; b++) {
                slowly = RedoBlock.offsetOf(slowly) == RedoBlock.DATA_END - 1 ? RedoBlock.firstLsn(RedoBlock.numberOf(slowly) + 1) : slowly + 1;
            }
            assertEquals(slowly, RedoBlock.after(lsn, bytes));
            assertTrue(slowly - lsn <= RedoBlock.spanOf(bytes));
        }
    }

    @Test
    @DisplayName("an empty page of zeros is no block (G10), nor one whose header was changed (G4)")
    void zeros() {
        ByteBuffer block = ByteBuffer.allocate(512).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        RedoBlock format = new RedoBlock(RedoWorkshop.STORE);
        assertFalse(format.isIntact(block, 0));
        format.seal(block, 0, 77, 1L << 32, 5, 400);
        assertTrue(format.isIntact(block, 0));
        for (int bit = 0; bit < 512 * 8; bit++) {
            block.put(bit / 8, (byte) (block.get(bit / 8) ^ 1 << bit % 8));
            assertFalse(format.isIntact(block, 0), "bit " + bit);
            block.put(bit / 8, (byte) (block.get(bit / 8) ^ 1 << bit % 8));
        }
        assertFalse(new RedoBlock(RedoWorkshop.STORE + 1).isIntact(block, 0));
    }
}
