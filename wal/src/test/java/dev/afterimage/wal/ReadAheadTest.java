package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import dev.afterimage.spi.storage.DiskException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A log that is read ahead")
@Timeout(60)
class ReadAheadTest {
    private static final LogSettings SETTINGS = new LogSettings(4 << 20, 1 << 20);
    private static final int RECORDS = 400;

    private final ForgetfulDisk disk = new ForgetfulDisk();

    /** Some longer than what is carried over from piece to piece, most not. */
    private static int bytesOf(int record) {
        return record % 40 == 39 ? 300_000 : record * 997 % 20_000;
    }

    private long write() {
        try (WriteAheadLog log = WriteAheadLog.begin(disk, SETTINGS, LogWorkshop.STORE, LogEnd.NEW_STORE, LogWorkshop.random(), new LogWorkshop.Told())) {
            for (int record = 0; record < RECORDS; record++) {
                LogWorkshop.append(log, record, bytesOf(record));
                if (record == RECORDS / 8) {
                    log.force(log.endLsn());
                }
            }
            log.write(log.endLsn()); // so that the reader has a long tail to make durable
            return log.endLsn();
        }
    }

    private LogReader open() {
        return LogReader.open(disk, SETTINGS, LogWorkshop.STORE, LogWorkshop.firstAnchor());
    }

    private static void expect(LogReader reader, int from) {
        for (int record = from; record < RECORDS; record++) {
            assertTrue(reader.next(), "record " + record);
            assertEquals(record, reader.transactionId());
            byte[] body = new byte[reader.body().remaining()];
            reader.body().get(0, body);
            assertArrayEquals(LogWorkshop.bodyOf(record, bytesOf(record)), body, "record " + record);
        }
    }

    @Test
    @DisplayName("is the same with the reading done elsewhere, and by nobody")
    void same() {
        long end = write();
        for (int round = 0; round < 10; round++) {
            for (HandTasks tasks : new HandTasks[] {HandTasks.running(), HandTasks.still()}) {
                try (LogReader reader = open().readAhead(tasks)) {
                    expect(reader, 0);
                    assertEquals(false, reader.next());
                    assertEquals(end, reader.end().lsn());
                }
                assertEquals(0, tasks.open());
            }
        }
    }

    @Test
    @DisplayName("is read elsewhere indeed")
    void elsewhere() {
        write();
        Set<String> readers = ConcurrentHashMap.newKeySet();
        disk.failReads(read -> {
            readers.add(Thread.currentThread().getName());
            return false;
        }, new DiskException("never"));
        HandTasks tasks = HandTasks.still();
        try (LogReader reader = open().readAhead(tasks)) {
            for (int record = 0; record < RECORDS; record++) {
                assertTrue(reader.next());
                Thread helper = new Thread(() -> tasks.run(0), "helper");
                helper.start();
                join(helper);
            }
        }
        assertTrue(readers.contains("helper"), readers::toString);
    }

    @Test
    @DisplayName("meets an error of the device where it belongs, never as an end, and goes on once the device does")
    void errors() {
        write();
        for (HandTasks tasks : new HandTasks[] {HandTasks.running(), HandTasks.still()}) {
            for (Throwable failure : new Throwable[] {new DiskException("broken"), new OutOfMemoryError("in a test")}) {
                try (LogReader reader = open().readAhead(tasks)) {
                    disk.failReads(read -> read.position() + read.bytes() > 1_500_000, failure);
                    AtomicInteger read = new AtomicInteger();
                    assertSame(failure, assertThrows(failure.getClass(), () -> {
                        while (reader.next()) {
                            read.incrementAndGet();
                        }
                    }));
                    assertTrue(read.get() > 10 && read.get() < RECORDS, read::toString);
                    assertSame(failure, assertThrows(failure.getClass(), reader::next));
                    disk.failReads(never -> false, failure);
                    expect(reader, read.get());
                    assertEquals(false, reader.next());
                }
            }
        }
    }

    @Test
    @DisplayName("does not suffer from errors that the reader itself does not meet")
    void errorsElsewhere() {
        write();
        disk.failReads(read -> Thread.currentThread().getName().equals("log read-ahead"), new DiskException("only elsewhere"));
        try (LogReader reader = open().readAhead(HandTasks.running())) {
            expect(reader, 0);
            assertEquals(false, reader.next());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
