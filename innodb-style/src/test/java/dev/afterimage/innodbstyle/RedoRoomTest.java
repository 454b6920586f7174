package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.spitests.disk.SimulatedDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Room in the redo log")
@Timeout(120)
class RedoRoomTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final MiniTransaction mtr = new MiniTransaction();
    private final RedoLog log;

    RedoRoomTest() {
        disk.recording(false);
        log = RedoWorkshop.create(disk);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private long fill() {
        long number = 0;
        while (log.ageBytes() < log.capacityBytes() - 12_000) {
            RedoWorkshop.append(log, mtr, ++number, 10_000);
        }
        return number;
    }

    @Test
    @DisplayName("is made by whoever needs it: the checkpoint is asked to advance so far that more than one finds room, and the mini-transaction goes on")
    void advances() {
        List<Long> asked = new ArrayList<>();
        log.onLowRoom(lsn -> {
            asked.add(lsn);
            log.checkpoint(log.endLsn(), RedoWorkshop.payload(0));
        });
        long number = fill();
        assertEquals(List.of(), asked);
        RedoWorkshop.append(log, mtr, number + 1, 30_000);
        assertEquals(1, asked.size());
        assertEquals(log.capacityBytes() / 8, asked.get(0) - 8192, 60_000);
        assertEquals(1, log.statistics().throttled());
    }

    @Test
    @DisplayName("is waited for as long as it takes; what is needed from the checkpoint on is never overwritten (G9)")
    void waits() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        log.onLowRoom(lsn -> asked.incrementAndGet()); // which cannot, for now
        long number = fill();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread writer = new Thread(() -> {
            try {
                log.force(RedoWorkshop.append(log, new MiniTransaction(), number + 1, 30_000));
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        long before = log.endLsn();
        writer.start();
        while (asked.get() < 3) {
            Thread.onSpinWait();
        }
        writer.interrupt(); // ends no wait
        while (asked.get() < 6) {
            Thread.onSpinWait();
        }
        assertEquals(before, log.endLsn());
        log.force(before);
        assertEquals(number, RedoWorkshop.read(new SimulatedDisk(disk.asIssued())).last());
        log.checkpoint(before, RedoWorkshop.payload(number));
        writer.join();
        assertEquals(null, thrown.get());
        assertEquals(number + 1, RedoWorkshop.read(new SimulatedDisk(disk.asIssued())).last());
    }

    @Test
    @DisplayName("that is reserved is there for commit, whatever others reserve; what was not used is given back")
    void reservationsAddUp() {
        MiniTransaction other = new MiniTransaction();
        int large = RedoWorkshop.SMALL.maxMiniTransactionBytes();
        AtomicInteger asked = new AtomicInteger();
        log.onLowRoom(lsn -> {
            asked.incrementAndGet();
            log.checkpoint(log.endLsn(), RedoWorkshop.payload(0));
        });
        for (int i = 0; i < 200; i++) {
            log.reserve(mtr, large);
            log.reserve(other, 1000);
            other.writeLong(0, 1, 0, 1);
            log.commit(other);
            mtr.writeLong(0, 1, 0, 1);
            log.commit(mtr);
        }
        assertEquals(0, asked.get(), "400 small ones need no checkpoint, though they had reserved more than the log holds");
        assertTrue(log.ageBytes() < 20_000);
        for (int i = 0; i < 200; i++) {
            log.reserve(mtr, large);
            log.cancel(mtr);
        }
        assertTrue(log.ageBytes() < 20_000);
    }

    @Test
    @DisplayName("in the buffer is made by writing it out, before anything is latched; commit itself never touches the disk")
    void buffer() {
        int large = RedoWorkshop.SMALL.maxMiniTransactionBytes() - 100;
        log.onLowRoom(lsn -> log.checkpoint(log.endLsn(), RedoWorkshop.payload(0)));
        AtomicLong written = new AtomicLong();
        for (long number = 1; number <= 40; number++) {
            log.reserve(mtr, large + 100);
            written.set(log.writtenLsn());
            mtr.write(1, number, 0, ByteBuffer.allocate(large - 100));
            log.commit(mtr);
            assertEquals(written.get(), log.writtenLsn());
        }
        assertTrue(written.get() > 1 << 20);
    }

    @Test
    @DisplayName("what advancing the checkpoint throws reaches whoever needs the room")
    void advanceThrows() {
        log.onLowRoom(lsn -> {
            throw new IllegalStateException("cannot");
        });
        long number = fill();
        assertThrows(IllegalStateException.class, () -> RedoWorkshop.append(log, mtr, number + 1, 30_000));
        assertEquals(0, mtr.reserved());
        log.checkpoint(log.endLsn(), RedoWorkshop.payload(number));
        RedoWorkshop.append(log, mtr, number + 1, 30_000);
    }

    @Test
    @DisplayName("eight threads over 25 laps: each finds its last mini-transactions again, all of them, in its own order")
    void threads() throws InterruptedException {
        log.onLowRoom(lsn -> log.checkpoint(log.endLsn(), RedoWorkshop.payload(0)));
        run(1, 1500);
        assertTrue(log.endLsn() > 25 << 20, "laps: " + (log.endLsn() >> 20));
        assertTrue(log.statistics().throttled() > 25);
        log.checkpoint(log.endLsn(), RedoWorkshop.payload(0));
        long throttled = log.statistics().throttled();
        run(1501, 1520);
        assertEquals(throttled, log.statistics().throttled());
        Map<Integer, Long> last = new TreeMap<>();
        try (RedoReader reader = RedoReader.open(new SimulatedDisk(disk.asIssued()), RedoWorkshop.STORE)) {
            reader.findEnd(lsn -> { });
            while (reader.next()) {
                assertTrue(reader.nextRecord());
                int thread = reader.space();
                long number = reader.page();
                assertEquals(last.getOrDefault(thread, 1500L) + 1, number);
                last.put(thread, number);
                assertTrue(reader.nextRecord());
                assertEquals(thread, reader.body().get());
                assertTrue(reader.nextRecord());
                assertEquals(number, reader.page());
            }
        }
        assertEquals(8, last.size());
        last.values().forEach(number -> assertEquals(1520, number));
    }

    /** Eight threads append those numbers, each for itself; every fifth is forced. */
    private void run(long first, long last) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        for (int t = 0; t < 8; t++) {
            int own = t;
            threads.add(new Thread(() -> {
                try {
                    MiniTransaction mine = new MiniTransaction();
                    for (long number = first; number <= last; number++) {
                        int bytes = (int) (number * 7919 % 5000) + 1;
                        log.reserve(mine, MiniTransaction.bytesFor(8) + MiniTransaction.bytesFor(1) + MiniTransaction.bytesFor(bytes));
                        mine.writeLong(own, number, 0, number);
                        mine.fill(own, number, 0, bytes, (byte) own);
                        mine.write(own, number, 0, ByteBuffer.allocate(bytes));
                        long end = log.commit(mine);
                        if (number % 5 == 0) {
                            log.force(end);
                        }
                    }
                } catch (Throwable failure) {
                    thrown.compareAndSet(null, failure);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(null, thrown.get());
    }
}
