package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.api.StoreLockedException;
import dev.afterimage.api.StoreMissingException;
import dev.afterimage.api.StrategyNotFoundException;
import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spi.StoreEnvironment;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Reading a store's log")
class LogReadingTest {
    private static final LogEntry ENTRY = new LogEntry(1, 100, 8, 7, "toy", OptionalLong.empty(), "a toy was moved");

    /** A toy whose log has one entry, and which does what a test says to the disk it is given. */
    private static final class Diary extends ToyStrategy.Provider {
        private Consumer<Disk> mischief = disk -> { };

        private Diary() {
            super("toy", ChangeDetail.RANGES);
        }

        @Override
        public LogSummary readLog(Disk disk, long storeId, Predicate<LogEntry> each) {
            mischief.accept(disk);
            each.test(ENTRY);
            return new LogSummary(Ending.END, 108, "the log ends at LSN 108", List.of("store " + (storeId != 0)));
        }
    }

    private final TestDisk disk = new TestDisk();
    private final Diary diary = new Diary();

    private LogSummary read(ToyStrategy.Provider provider, Predicate<LogEntry> each) {
        return new LogReading("test:here", StoreEnvironment.REAL.withDisk(disk), StrategyCatalogue.of(List.of(provider)), DiskCatalogue.of(List.of())).read(each);
    }

    private void makeStore() {
        TestStores.open(StoreConfig.at("test:here").build(), disk, diary).close();
    }

    @Test
    @DisplayName("the strategy that made the store shows it, under the lock, and nothing is written")
    void shows() {
        makeStore();
        var before = disk.picture();
        int calls = disk.calls.size();
        List<LogEntry> entries = new ArrayList<>();
        assertEquals(List.of("store true"), read(diary, entries::add).notes());
        assertEquals(List.of(ENTRY), entries);
        assertEquals(before, disk.picture());
        assertEquals(List.of("lock afterimage.lock"), disk.calls.subList(calls, disk.calls.size()));
        try (PageStore store = TestStores.open(StoreConfig.at("test:here").build(), disk, diary)) {
            assertThrows(StoreLockedException.class, () -> read(diary, entries::add));
        }
        read(diary, entries::add);
    }

    @Test
    @DisplayName("a strategy cannot change the disk it is shown")
    void refusesChange() {
        makeStore();
        var before = disk.picture();
        String file = disk.list().stream().filter(name -> !name.startsWith("afterimage.")).findFirst().orElseThrow();
        List<Consumer<DiskFile>> onFiles = List.of(one -> one.write(ByteBuffer.allocate(1), 0), one -> one.resize(0), one -> one.preallocate(1 << 20), DiskFile::sync, DiskFile::syncData);
        List<Consumer<Disk>> mischiefs = new ArrayList<>(List.of(one -> one.create("new"), one -> one.delete(file), one -> one.rename(file, "new"), Disk::syncNames, one -> one.lock("x")));
        onFiles.forEach(onFile -> mischiefs.add(one -> {
            try (DiskFile opened = one.open(file)) {
                onFile.accept(opened);
            }
        }));
        for (Consumer<Disk> mischief : mischiefs) {
            diary.mischief = mischief;
            IllegalStateException refused = assertThrows(IllegalStateException.class, () -> read(diary, entry -> true));
            assertTrue(refused.getMessage().contains("while somebody only looks"), refused::getMessage);
        }
        assertEquals(before, disk.picture());
        diary.mischief = one -> assertTrue(one.list().contains(file) && one.exists(file));
        read(diary, entry -> true);
    }

    @Test
    @DisplayName("no store, no strategy, no log: each is refused by its name, and nothing is touched")
    void refusals() {
        assertThrows(StoreMissingException.class, () -> read(diary, entry -> true));
        assertEquals(List.of(), disk.list());
        disk.create("letters").close();
        assertThrows(StoreFormatException.class, () -> read(diary, entry -> true));
        assertEquals(List.of("letters"), disk.list());
        disk.delete("letters");
        makeStore();
        assertThrows(StrategyNotFoundException.class, () -> read(new ToyStrategy.Provider("doll", ChangeDetail.RANGES), entry -> true));
        UnsupportedTraitException keepsNone = assertThrows(UnsupportedTraitException.class, () -> read(new ToyStrategy.Provider("toy", ChangeDetail.RANGES), entry -> true));
        assertEquals("the strategy toy keeps no log that could be shown", keepsNone.getMessage());
        read(diary, entry -> true);
    }

    @Test
    @DisplayName("a store whose making was cut short has no log to show")
    void unfinished() {
        disk.beforeChange = call -> {
            if (call.startsWith("rename") && disk.calls.stream().filter(earlier -> earlier.startsWith("rename")).count() == 2) {
                throw new dev.afterimage.spi.storage.DiskException("enough");
            }
        };
        assertThrows(RuntimeException.class, this::makeStore);
        disk.beforeChange = call -> { };
        assertTrue(disk.exists(StoreHeader.FILE));
        StoreMissingException missing = assertThrows(StoreMissingException.class, () -> read(diary, entry -> true));
        assertTrue(missing.getMessage().contains("cut short"), missing::getMessage);
    }
}
