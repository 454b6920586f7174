package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

@DisplayName("Segments: what is synced before what")
class SegmentOrderTest {
    private static final String FIRST = new SegmentName(1, 0).toString();
    private static final String SECOND = new SegmentName(1, 1).toString();

    private final ForgetfulDisk disk = new ForgetfulDisk();

    @SuppressWarnings("unchecked")
    private final Consumer<ForgetfulDisk.Operation> journal = mock(Consumer.class);

    private static ForgetfulDisk.Operation like(Predicate<ForgetfulDisk.Operation> predicate) {
        return argThat(operation -> operation != null && predicate.test(operation));
    }

    private static ForgetfulDisk.Operation did(String kind, Predicate<String> file) {
        return like(operation -> operation.kind().equals(kind) && file.test(operation.file()));
    }

    private static boolean isSpare(String file) {
        return SegmentName.spareIndex(file) >= 0;
    }

    @Test
    @DisplayName("a new segment: room, sync, header, sync, rename, names synced, and only then a record")
    void headerBeforeRenameBeforeUse() {
        disk.tell(journal);
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        InOrder order = inOrder(journal);
        order.verify(journal).accept(did("preallocate", "spare-0"::equals));
        order.verify(journal).accept(did("sync", "spare-0"::equals));
        order.verify(journal).accept(like(operation -> operation.kind().equals("write") && operation.file().equals("spare-0") && operation.position() == 0));
        order.verify(journal).accept(did("sync", "spare-0"::equals));
        order.verify(journal).accept(did("syncNames", String::isEmpty));
        order.verify(journal, atLeastOnce()).accept(did("write", "spare-0"::equals)); // the timeline's own header
        order.verify(journal).accept(did("sync", "spare-0"::equals));
        order.verify(journal).accept(did("rename", ("spare-0>" + FIRST)::equals));
        order.verify(journal).accept(did("syncNames", String::isEmpty));
        order.verify(journal).accept(did("write", FIRST::equals));
        order.verify(journal).accept(did("sync", FIRST::equals));
    }

    @Test
    @DisplayName("W6: a segment is written to its end and synced before the first record of the next is written")
    void w6() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            disk.tell(journal);
            log.force(LogWorkshop.append(log, next, 1000));
        }
        InOrder order = inOrder(journal);
        order.verify(journal).accept(like(operation -> operation.kind().equals("rename") && operation.file().endsWith(">" + SECOND)));
        order.verify(journal).accept(did("syncNames", String::isEmpty));
        order.verify(journal).accept(did("write", FIRST::equals));
        order.verify(journal).accept(did("sync", FIRST::equals));
        order.verify(journal).accept(did("write", SECOND::equals));
        order.verify(journal).accept(did("sync", SECOND::equals));
    }

    @Test
    @DisplayName("W6: whatever of two segments survives, what was forced is there")
    void w6Crash() {
        for (int seed = 0; seed < 40; seed++) {
            ForgetfulDisk fresh = new ForgetfulDisk();
            try (WriteAheadLog log = LogWorkshop.create(fresh)) {
                long next = LogWorkshop.fillSegment(log, 1, 1000);
                log.force(LogWorkshop.append(log, next, 1000));
                LogWorkshop.append(log, next + 1, 1000);
                log.write(log.endLsn());
                ForgetfulDisk after = fresh.afterPowerLoss(new SplittableRandom(seed), 0.5, true);
                assertTrue(LogWorkshop.read(after).records().size() >= next);
            }
        }
    }

    @Test
    @DisplayName("W7: no record is written to a segment whose name is not durable; after a lost name nothing forced is missing")
    void w7() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            log.force(LogWorkshop.append(log, next, 1000));
            ForgetfulDisk after = disk.afterPowerLoss(new SplittableRandom(1), 0, false);
            assertEquals(next, LogWorkshop.read(after).records().size());
        }
    }

    @Test
    @DisplayName("F10: a failed sync of names fails the log before the segment is used")
    void f10() {
        LogWorkshop.Told told = new LogWorkshop.Told();
        try (WriteAheadLog log = WriteAheadLog.begin(disk, LogWorkshop.SETTINGS, LogWorkshop.STORE, LogEnd.NEW_STORE, LogWorkshop.random(), told)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            disk.failSyncs(operation -> operation.kind().equals("syncNames"));
            assertThrows(StoreFailedException.class, () -> LogWorkshop.append(log, next, 1000));
            assertThrows(StoreFailedException.class, () -> log.force(log.start().lsn()));
            assertEquals(1, told.causes.size());
            assertFalse(disk.operations().stream().anyMatch(operation -> operation.kind().equals("write") && operation.file().equals(SECOND)));
        }
    }

    @Test
    @DisplayName("G11: a crash at any step of making a segment, with its header torn or not, never refuses to open")
    void g11() {
        int steps;
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            log.force(log.endLsn());
            LogWorkshop.append(log, next, 1000);
            steps = disk.operations().size();
        }
        for (int step = 0; step <= steps; step++) {
            for (int seed = 0; seed < 12; seed++) {
                ForgetfulDisk fresh = new ForgetfulDisk();
                fresh.losePowerAt(step);
                long forced = 0;
                boolean begun = false;
                try {
                    WriteAheadLog log = LogWorkshop.create(fresh);
                    begun = true;
                    long next = LogWorkshop.fillSegment(log, 1, 1000);
                    log.force(log.endLsn());
                    forced = next - 1;
                    LogWorkshop.append(log, next, 1000);
                } catch (ForgetfulDisk.PowerLost | StoreFailedException lost) {
                    assertTrue(fresh.isDead());
                }
                ForgetfulDisk after = fresh.afterPowerLoss(new SplittableRandom(seed), new double[] {0, 0.5, 0.9, 1}[seed % 4], seed > 5);
                if (begun) { // otherwise there is no control block either, and the store is made anew
                    LogWorkshop.Reading reading = LogWorkshop.read(after);
                    assertTrue(reading.records().size() >= forced);
                    LogWorkshop.begin(after, reading.end()).close();
                } else {
                    LogWorkshop.create(after).close();
                }
            }
        }
    }

    @Test
    @DisplayName("G11: a segment one past the end whose header is not whole, and which holds no record, is ignored and becomes a spare")
    void g11OnePastTheEnd() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        disk.rename("spare-1", SECOND);
        disk.plant(SECOND, 0, new byte[512]);
        LogWorkshop.Reading reading = LogWorkshop.read(disk);
        assertEquals(List.of(1L), reading.transactions());
        try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
            LogWorkshop.appendForced(log, 2);
        }
        assertEquals(List.of(1L, 2L), LogWorkshop.read(disk).transactions());
        assertFalse(disk.exists(SECOND));
    }

    @Test
    @DisplayName("a lost header of a timeline's only segment is damage: nothing else says what it held")
    void lostHeader() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            LogWorkshop.appendForced(log, 1);
        }
        disk.flip(FIRST, 20);
        assertThrows(StoreDamagedException.class, () -> LogWorkshop.read(disk));
    }

    @Test
    @DisplayName("recycled segments become durable spares before any header of theirs is rewritten")
    void recyclingOrder() {
        try (WriteAheadLog log = LogWorkshop.create(disk)) {
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            long redo = LogWorkshop.append(log, next, 1000);
            log.force(redo);
            disk.tell(journal);
            log.recycleBefore(redo);
            next = LogWorkshop.fillSegment(log, next + 1, 1000);
            LogWorkshop.append(log, next, 1000);
        }
        InOrder order = inOrder(journal);
        order.verify(journal).accept(like(operation -> operation.kind().equals("rename") && operation.file().startsWith(FIRST + ">spare-")));
        order.verify(journal).accept(did("syncNames", String::isEmpty));
        order.verify(journal).accept(like(operation -> operation.kind().equals("write") && isSpare(operation.file()) && operation.position() == 0));
        order.verify(journal).accept(like(operation -> operation.kind().equals("sync") && isSpare(operation.file())));
        order.verify(journal).accept(like(operation -> operation.kind().equals("rename") && operation.file().startsWith("spare-")));
        order.verify(journal).accept(did("syncNames", String::isEmpty));
    }

    @Test
    @DisplayName("names: 24 digits, and back; anything else is none")
    void names() {
        SegmentName name = new SegmentName(0x1234, 0xABCDEF);
        assertEquals("000012340000000000abcdef", name.toString());
        assertEquals(name, SegmentName.parse(name.toString()));
        for (String other : List.of("pages", "00001234000000000abcdef", "000012340000000000ABCDEF", "000000000000000000abcdef", "spare-3")) {
            assertNull(SegmentName.parse(other), other);
        }
        assertEquals(3, SegmentName.spareIndex("spare-3"));
        assertEquals(-1, SegmentName.spareIndex("spare-03"));
        assertEquals(-1, SegmentName.spareIndex("spare-"));
    }
}
