package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;

/**
 * Mini-transactions that carry their number, so that whoever reads them back knows whether each is whole and none is missing. Number {@code n} writes {@code n} to page {@code n} of space 0, then so many bytes made
 * of {@code n} to page {@code n} of space 1.
 */
final class RedoWorkshop {
    static final long STORE = 0x5EED_0F_5703EL;
    static final RedoLogSettings SMALL = new RedoLogSettings(1 << 20, 256 << 10);
    static final StrategyEvents QUIET = new StrategyEvents() {
        @Override
        public void recoveryProgress(RecoveryProgress progress) {
            // Nobody looks.
        }

        @Override
        public void failed(Throwable cause) {
            // Whoever calls is told.
        }
    };

    private RedoWorkshop() {
    }

    /** A mini-transaction that was read back. */
    record Found(long number, long startLsn, long endLsn) {
    }

    /** What reading back found, all of it checked. */
    record Reading(RedoEnd end, List<Found> found) {
        /** The last number before the checkpoint, as the checkpoint block says. */
        long checkpointed() {
            return end.checkpoint().payload().getLong();
        }

        /** The last number there is. */
        long last() {
            return found.isEmpty() ? checkpointed() : found.get(found.size() - 1).number;
        }
    }

    static RedoLog create(Disk disk) {
        return RedoLog.create(disk, SMALL, STORE, new SplittableRandom(1), QUIET, payload(0));
    }

    /** Reads what is there and goes on behind it, from the checkpoint there is. */
    static RedoLog reopen(Disk disk) {
        RedoEnd end = endOf(disk);
        return RedoLog.continueAt(end, disk, SMALL, STORE, new SplittableRandom(end.lsn()), QUIET, end.checkpointLsn(), payload(0));
    }

    /** Where the log ends, whatever is in it. */
    static RedoEnd endOf(Disk disk) {
        try (RedoReader reader = RedoReader.open(disk, STORE)) {
            return reader.findEnd(lsn -> { });
        }
    }

    static ByteBuffer payload(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    }

    /** Reads back all that is there, and checks that each is what its number says and that numbers rise by one. */
    static Reading read(Disk disk) {
        try (RedoReader reader = RedoReader.open(disk, STORE)) {
            RedoEnd end = reader.findEnd(lsn -> { });
            List<Found> found = new ArrayList<>();
            while (reader.next()) {
                found.add(check(reader));
                int count = found.size();
                if (count > 1) {
                    assertEquals(found.get(count - 2).number + 1, found.get(count - 1).number, "none is missing, none comes twice");
                    assertTrue(found.get(count - 2).endLsn <= found.get(count - 1).startLsn, "LSNs rise");
                }
                assertTrue(reader.endLsn() <= end.lsn());
            }
            assertFalse(reader.next());
            Reading reading = new Reading(end, found);
            if (!found.isEmpty()) {
                assertEquals(reading.checkpointed() + 1, found.get(0).number, "redo begins right at the checkpoint");
            }
            return reading;
        }
    }

    private static Found check(RedoReader reader) {
        assertTrue(reader.nextRecord());
        long number = reader.page();
        assertEquals(RedoRecordType.WRITE_LONG, reader.type());
        assertEquals(0, reader.space());
        assertEquals(number, reader.body().getLong(0));
        if (reader.nextRecord()) {
            assertEquals(RedoRecordType.WRITE_BYTES, reader.type());
            assertEquals(1, reader.space());
            assertEquals(number, reader.page());
            assertEquals(ByteBuffer.wrap(bytes(number, reader.length())), reader.body());
            assertFalse(reader.nextRecord());
        }
        return new Found(number, reader.startLsn(), reader.endLsn());
    }

    /** Appends number {@code n}; with no bytes, it is a group of a single record. */
    static long append(RedoLog log, MiniTransaction mtr, long number, int bytes) {
        log.reserve(mtr, MiniTransaction.bytesFor(Long.BYTES) + MiniTransaction.bytesFor(bytes));
        mtr.writeLong(0, number, 24, number);
        if (bytes > 0) {
            mtr.write(1, number, 100, ByteBuffer.wrap(bytes(number, bytes)));
        }
        return log.commit(mtr);
    }

    private static byte[] bytes(long number, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (number * 31 + i);
        }
        return bytes;
    }
}
