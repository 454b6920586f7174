package dev.afterimage.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.afterimage.api.StoreFormatException;
import dev.afterimage.api.StoreLockedException;
import dev.afterimage.api.StoreMissingException;
import dev.afterimage.api.StoreOpenException;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.StoreEnvironment;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileMissingException;

/**
 * Shows a store's log. It takes the store's lock, for a log in use is recycled under the reader's hands and would look damaged where it is not; the lock is all it takes, and
 * where nothing may be written it takes that without writing. The strategy is
 * given a disk that refuses to be written.
 */
final class LogReading {
    private final String location;
    private final StoreEnvironment environment;
    private final StrategyCatalogue strategies;
    private final DiskCatalogue disks;

    LogReading(String location, StoreEnvironment environment, StrategyCatalogue strategies, DiskCatalogue disks) {
        this.location = location;
        this.environment = environment;
        this.strategies = strategies;
        this.disks = disks;
    }

    LogSummary read(Predicate<LogEntry> each) {
        try {
            Disk given = environment.disk();
            if (given != null) {
                return read(given, each);
            }
            DiskCatalogue.Place place = disks.locate(location);
            if (!place.exists()) {
                throw missing("none");
            }
            try (Disk disk = place.provider().open(place.rest())) {
                return read(disk, each);
            }
        } catch (DiskLockedException e) {
            throw new StoreLockedException(location + " is open: " + e.getMessage(), e);
        } catch (DiskException e) {
            throw new StoreOpenException(location + " cannot be read: " + e.getMessage(), e);
        }
    }

    private LogSummary read(Disk disk, Predicate<LogEntry> each) {
        // Looked at before the lock is taken, which would leave a lock file in a place that is no store.
        header(disk);
        DiskLock lock;
        try {
            lock = disk.lockToRead(StoreOpening.LOCK_FILE);
        } catch (FileMissingException e) {
            LogSummary summary = readUnlocked(disk, each);
            List<String> notes = new ArrayList<>(summary.notes());
            notes.add("The store has no lock file, and none may be made there: nobody had it open to begin with, but whether somebody opened it meanwhile is not known.");
            return summary.withNotes(notes);
        }
        try {
            return readUnlocked(disk, each);
        } finally {
            lock.close();
        }
    }

    private LogSummary readUnlocked(Disk disk, Predicate<LogEntry> each) {
        StoreHeader header = header(disk);
        return strategies.maker(header.strategy()).readLog(new ReadOnlyDisk(disk), header.storeId(), each);
    }

    private StoreHeader header(Disk disk) {
        if (!disk.exists(StoreHeader.FILE)) {
            if (disk.list().stream().allMatch(name -> name.startsWith(StoreOpening.ENGINE_PREFIX))) {
                throw missing("none");
            }
            throw new StoreFormatException(disk.description() + ": expected a store, found no " + StoreHeader.FILE + " but other files");
        }
        StoreHeader header = StoreHeader.readFrom(disk);
        if (!header.ready()) {
            throw missing("one whose making was cut short");
        }
        return header;
    }

    private StoreMissingException missing(String found) {
        return new StoreMissingException(location + ": expected a store, found " + found);
    }
}
