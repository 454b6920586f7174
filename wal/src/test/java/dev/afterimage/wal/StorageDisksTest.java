package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import dev.afterimage.spi.storage.Disk;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The log on the disks of module storage")
class StorageDisksTest {
    @Test
    @DisplayName("in memory: written, recycled, opened again")
    void memory() {
        writeAndReopen(StorageModule.open("memory", "log-of-wal-tests"));
    }

    @Test
    @DisplayName("on files: the same")
    void files(@TempDir Path folder) {
        writeAndReopen(StorageModule.open("file", folder.toString()));
    }

    @Test
    @DisplayName("on files, interrupted: an interrupt harms no append and no force, and is still pending (F3)")
    void interrupted(@TempDir Path folder) {
        try (Disk disk = StorageModule.open("file", folder.toString()); WriteAheadLog log = LogWorkshop.create(disk)) {
            Thread.currentThread().interrupt();
            long next = LogWorkshop.fillSegment(log, 1, 1000);
            log.force(LogWorkshop.append(log, next, 1000));
            assertTrue(Thread.interrupted());
            assertEquals(next, LogWorkshop.read(disk).records().size());
        }
    }

    private static void writeAndReopen(Disk disk) {
        LogAnchor anchor;
        try (disk) {
            try (WriteAheadLog log = LogWorkshop.create(disk)) {
                long next = LogWorkshop.fillSegment(log, 1, 2000);
                next = LogWorkshop.fillSegment(log, next, 2000);
                anchor = new LogAnchor(1, log.endLsn());
                log.force(log.endLsn());
                log.recycleBefore(anchor.lsn());
                LogWorkshop.appendForced(log, next);
            }
            LogWorkshop.Reading reading = LogWorkshop.read(disk, anchor);
            assertEquals(1, reading.records().size());
            try (WriteAheadLog log = LogWorkshop.begin(disk, reading.end())) {
                LogWorkshop.appendForced(log, 7);
            }
            List<Long> transactions = LogWorkshop.read(disk, anchor).transactions();
            assertEquals(7L, transactions.get(1));
        }
    }
}
