package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a log appended can be read back while it is open")
class ReadingOwnRecordsTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();

    @Test
    @DisplayName("from any of its records on, over several segments, written but not synced")
    void severalSegments() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            List<Long> lsns = new ArrayList<>();
            for (long transaction = 1; transaction <= 100; transaction++) {
                lsns.add(LogWorkshop.append(log, transaction, 9_000));
            }
            log.write(lsns.get(99));
            assertTrue(log.syncedLsn() < lsns.get(99), "the end of it is in the operating system's cache only");
            int before = disk.operations().size();
            for (int from : new int[] {0, 1, 40, 99}) {
                try (LogReader reader = log.readBack(lsns.get(from))) {
                    for (int index = from; index < 100; index++) {
                        assertTrue(reader.next());
                        assertEquals(lsns.get(index), reader.lsn());
                        assertEquals(index + 1, reader.transactionId());
                        byte[] body = new byte[9_000];
                        reader.body().get(0, body);
                        assertArrayEquals(LogWorkshop.bodyOf(index + 1, 9_000), body);
                    }
                }
            }
            assertEquals(before, disk.operations().size(), "it only reads");
        }
    }

    @Test
    @DisplayName("refuses what another opening wrote, and what is not written yet")
    void refuses() {
        long old;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            old = LogWorkshop.appendForced(log, 1);
        }
        try (WriteAheadLog log = LogWorkshop.begin(disk, LogWorkshop.read(disk).end())) {
            assertThrows(IllegalArgumentException.class, () -> log.readBack(old));
            long lsn = LogWorkshop.append(log, 2);
            assertThrows(IllegalArgumentException.class, () -> log.readBack(lsn));
            log.write(lsn);
            try (LogReader reader = log.readBack(lsn)) {
                assertTrue(reader.next());
                assertEquals(2, reader.transactionId());
            }
        }
    }

    @Test
    @DisplayName("while another thread appends, forces and goes over to new segments")
    void whileOthersAppend() throws Throwable {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch readOnce = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long first = LogWorkshop.append(log, 1, 500);
            log.write(first);
            Thread appending = new Thread(() -> {
                try {
                    for (long transaction = 2; transaction < 3_000; transaction++) {
                        if (transaction == 2_000) {
                            readOnce.await(); // or else it may be through before the reader has begun
                        }
                        long lsn = LogWorkshop.append(log, transaction, 500);
                        if (transaction % 50 == 0) {
                            log.force(lsn);
                        }
                    }
                } catch (Throwable t) {
                    failure.set(t);
                } finally {
                    done.set(true);
                }
            });
            appending.start();
            int rounds = 0;
            boolean last = false;
            while (!last) {
                last = done.get();
                long written = log.writtenLsn();
                try (LogReader reader = log.readBack(first)) {
                    long expected = 1;
                    while (reader.next()) {
                        assertEquals(expected, reader.transactionId());
                        expected++;
                        if (reader.endLsn() >= written) {
                            break;
                        }
                    }
                    assertFalse(expected == 1);
                }
                rounds++;
                readOnce.countDown();
            }
            appending.join();
            assertTrue(rounds > 1);
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }
}
