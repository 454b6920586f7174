package dev.afterimage.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreLockedException;
import dev.afterimage.api.StoreMissingException;
import dev.afterimage.api.StoreOpenException;
import dev.afterimage.api.StoreOpener;
import dev.afterimage.api.StrategyMismatchException;
import dev.afterimage.api.StrategyNotFoundException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.StoreEngine;
import dev.afterimage.spi.StoreEnvironment;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

class OpeningTest {
    private final ToyStrategy.Provider toy = new ToyStrategy.Provider("toy", ChangeDetail.RANGES);
    private final ToyStrategy.Provider doll = new ToyStrategy.Provider("doll", ChangeDetail.RANGES);
    private final StoreConfig plain = StoreConfig.at("test:here").build();

    @AfterEach
    void noProperty() {
        System.clearProperty(StoreConfig.STRATEGY_PROPERTY);
    }

    /** Opens where it must be refused, and checks that nothing was touched. */
    private <E extends Exception> String refused(Class<E> type, TestDisk disk, StoreConfig config, ToyStrategy.Provider... providers) {
        var before = disk.picture();
        int calls = disk.calls.size();
        E thrown = assertThrows(type, () -> TestStores.open(config, disk, providers));
        assertInstanceOf(StoreOpenException.class, thrown);
        assertEquals(before, disk.picture());
        assertEquals(calls, disk.calls.size(), () -> "calls: " + disk.calls);
        assertFalse(disk.isLocked());
        assertFalse(disk.closed);
        return thrown.getMessage();
    }

    private static void says(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is missing in: " + message);
        }
    }

    @Test
    @DisplayName("one class is found as the engine and as the opener")
    void services() {
        var module = AfterimageEngine.class.getModule();
        assertTrue(module.isNamed(), "the tests run on the module path");
        assertEquals(Set.of(StoreOpener.class.getName(), StoreEngine.class.getName()),
                module.getDescriptor().provides().stream().map(provides -> provides.service()).collect(Collectors.toSet()));
        assertTrue(module.getDescriptor().provides().stream().allMatch(provides -> provides.providers().equals(List.of(AfterimageEngine.class.getName()))));
        assertTrue(module.getDescriptor().exports().isEmpty(), "the engine exports nothing");
        says(assertThrows(ConfigException.class, () -> PageStores.open(StoreConfig.at("moon:here").build())).getMessage(), "\"moon:here\"");
    }

    @Test
    @DisplayName("config beats property beats header; without any of them there must be one strategy only")
    void selection() {
        says(refused(ConfigException.class, new TestDisk(), plain, toy, doll), "doll, toy", "afterimage.strategy");
        says(refused(StrategyNotFoundException.class, new TestDisk(), plain), "no strategy");
        try (PageStore store = TestStores.open(plain, new TestDisk(), doll)) {
            assertEquals("doll", store.strategyName());
        }
        System.setProperty(StoreConfig.STRATEGY_PROPERTY, "doll");
        TestDisk disk = new TestDisk();
        try (PageStore store = TestStores.open(StoreConfig.at("x:y").strategy("toy").build(), disk, toy, doll)) {
            assertEquals("toy", store.strategyName());
        }
        says(refused(StrategyMismatchException.class, disk, plain, toy, doll), "made by the strategy toy", "asks for doll", "-Dafterimage.strategy");
        System.clearProperty(StoreConfig.STRATEGY_PROPERTY);
        try (PageStore store = TestStores.open(plain, disk, toy, doll)) {
            assertEquals("toy", store.strategyName());
        }
        says(refused(StrategyMismatchException.class, disk, StoreConfig.at("x:y").strategy("doll").build(), toy, doll), "toy", "doll", "the config");
        says(refused(StrategyNotFoundException.class, disk, StoreConfig.at("x:y").strategy("barbie").build(), toy, doll), "\"barbie\"", "doll, toy");
        says(refused(StrategyNotFoundException.class, disk, plain, doll), "header", "\"toy\"", "there are doll");
        System.setProperty(StoreConfig.STRATEGY_PROPERTY, "nonsense");
        says(refused(StrategyNotFoundException.class, new TestDisk(), plain, toy, doll), "\"nonsense\"", "doll, toy");
    }

    @Test
    @DisplayName("a strategy with an impossible name, or two of one name, are refused by name")
    void names() {
        says(assertThrows(ConfigException.class, () -> StrategyCatalogue.of(List.of(new ToyStrategy.Provider("Toy!", ChangeDetail.NONE)))).getMessage(), "\"Toy!\"");
        says(assertThrows(ConfigException.class, () -> StrategyCatalogue.of(List.of(toy, new ToyStrategy.Provider("toy", ChangeDetail.NONE)))).getMessage(),
                "two strategies", "\"toy\"");
    }

    @Test
    @DisplayName("options are checked before anything is touched")
    void options() {
        says(refused(ConfigException.class, new TestDisk(), StoreConfig.at("x:y").option("toys", "12").build(), toy), "toys", "1 to 9", "12");
        says(refused(ConfigException.class, new TestDisk(), StoreConfig.at("x:y").option("bricks", "12").build(), toy), "bricks", "toys");
        says(refused(ConfigException.class, new TestDisk(), StoreConfig.at("x:y").pageSize(65536).cacheBytes(16 * 4096).build(), toy), "16 pages of 65536");
    }

    @Test
    @DisplayName("a place with files but no store is refused and some are named")
    void foreign() {
        TestDisk disk = new TestDisk();
        for (String name : List.of("a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt")) {
            disk.put(name, new byte[3]);
        }
        says(refused(StoreFormatException.class, disk, plain, toy), "a.txt, b.txt", "and 1 more");
    }

    @Test
    @DisplayName("a page size other than the store's is refused; none asked for takes the store's")
    void pageSize() {
        TestDisk disk = new TestDisk();
        TestStores.open(StoreConfig.at("x:y").pageSize(4096).build(), disk, toy).close();
        says(refused(ConfigException.class, disk, StoreConfig.at("x:y").pageSize(8192).build(), toy), "8192", "4096");
        try (PageStore store = TestStores.open(plain, disk, toy)) {
            assertEquals(4096, store.pageSize());
            assertEquals(4080, store.usablePageBytes());
            assertEquals(1, store.rootPageId());
            assertEquals(RecoveryReport.Outcome.RECOVERED, store.recoveryReport().outcome());
        }
    }

    @Test
    @DisplayName("open modes: OPEN wants a store, CREATE wants none")
    void modes() {
        TestDisk disk = new TestDisk();
        says(refused(StoreMissingException.class, disk, StoreConfig.at("x:y").openMode(OpenMode.OPEN).build(), toy), "OPEN", "none");
        TestStores.open(StoreConfig.at("x:y").openMode(OpenMode.CREATE).build(), disk, toy).close();
        says(refused(StoreMissingException.class, disk, StoreConfig.at("x:y").openMode(OpenMode.CREATE).build(), toy), "CREATE", "toy");
        TestStores.open(StoreConfig.at("x:y").openMode(OpenMode.OPEN).build(), disk, toy).close();
    }

    private static byte[] changed(byte[] header, Consumer<ByteBuffer> change, boolean sealAgain) {
        ByteBuffer buffer = ByteBuffer.wrap(header.clone()).order(ByteOrder.LITTLE_ENDIAN);
        change.accept(buffer);
        if (sealAgain) {
            CRC32C crc = new CRC32C();
            crc.update(buffer.array(), 0, 508);
            buffer.putInt(508, (int) crc.getValue());
        }
        return buffer.array();
    }

    @Test
    @DisplayName("a header that is truncated, too long, damaged in any byte, newer, or something else is refused and left alone")
    void headers() {
        TestDisk disk = new TestDisk();
        TestStores.open(plain, disk, toy).close();
        byte[] good = disk.bytes(StoreHeader.FILE);
        assertEquals(512, good.length);
        for (int length : new int[] {0, 1, 511, 513, 9000}) {
            disk.put(StoreHeader.FILE, Arrays.copyOf(good, length));
            says(refused(StoreFormatException.class, disk, plain, toy), "512 bytes", length < 512 ? "truncated" : "no store");
        }
        for (int at = 0; at < 512; at++) {
            int offset = at;
            disk.put(StoreHeader.FILE, changed(good, buffer -> buffer.put(offset, (byte) ~buffer.get(offset)), false));
            says(refused(StoreFormatException.class, disk, plain, toy), "damaged");
        }
        disk.put(StoreHeader.FILE, changed(good, buffer -> buffer.putInt(8, 2), true));
        says(refused(StoreFormatException.class, disk, plain, toy), "version 1", "found 2", "newer");
        for (int field : new int[] {12, 16, 20}) {
            disk.put(StoreHeader.FILE, changed(good, buffer -> buffer.putInt(field, 3), true));
            assertTrue(field == 20 || refused(StoreFormatException.class, disk, plain, toy).contains("damaged"));
        }
        disk.put(StoreHeader.FILE, good);
        TestStores.open(plain, disk, toy).close();
    }

    @Test
    @DisplayName("the second opener gets a clear error; a lock file nobody holds blocks nobody")
    void secondOpener() {
        TestDisk disk = new TestDisk();
        try (PageStore store = TestStores.open(plain, disk, toy)) {
            StoreLockedException thrown = assertThrows(StoreLockedException.class, () -> TestStores.open(plain, disk, toy));
            says(thrown.getMessage(), "open already", "another store of this process");
            store.transact(transaction -> TransactionTest.put(transaction, 0, 1));
        }
        TestStores.open(plain, disk.crash(TestDisk.Crash.KEEPS_ALL), toy).close();
    }

    @Test
    @DisplayName("an unknown scheme lists those there are; a location without one does too")
    void locations() {
        DiskProvider disks = Mockito.mock(DiskProvider.class);
        Mockito.when(disks.scheme()).thenReturn("cloud");
        for (String location : List.of("moon:here", "here", "")) {
            StoreOpening opening = new StoreOpening(StoreConfig.at(location).build(), StoreEnvironment.REAL, StrategyCatalogue.of(List.of(toy)),
                    DiskCatalogue.of(List.of(disks)));
            says(assertThrows(ConfigException.class, opening::open).getMessage(), "\"" + location + "\"", "cloud");
        }
        says(assertThrows(ConfigException.class, () -> DiskCatalogue.of(List.of(disks, disks))).getMessage(), "cloud");
    }

    @Test
    @DisplayName("a place that does not exist is not made where the opening is refused anyway; where it is not, the store closes the disk in the end")
    void places() {
        DiskProvider disks = Mockito.mock(DiskProvider.class);
        Mockito.when(disks.scheme()).thenReturn("cloud");
        TestDisk disk = new TestDisk();
        Mockito.when(disks.open("nine")).thenReturn(disk);
        DiskCatalogue catalogue = DiskCatalogue.of(List.of(disks));
        StoreConfig wrongMode = StoreConfig.at("cloud:nine").openMode(OpenMode.OPEN).build();
        assertThrows(StoreMissingException.class,
                () -> new StoreOpening(wrongMode, StoreEnvironment.REAL, StrategyCatalogue.of(List.of(toy)), catalogue).open());
        StoreConfig right = StoreConfig.at("cloud:nine").build();
        assertThrows(ConfigException.class, () -> new StoreOpening(right, StoreEnvironment.REAL, StrategyCatalogue.of(List.of(toy, doll)), catalogue).open());
        Mockito.verify(disks, Mockito.never()).open(Mockito.any());
        new StoreOpening(right, StoreEnvironment.REAL, StrategyCatalogue.of(List.of(toy)), catalogue).open().close();
        assertTrue(disk.closed);
        Mockito.when(disks.open("nine")).thenThrow(new DiskAccessException("no folder: nine"));
        says(assertThrows(StoreOpenException.class, () -> new StoreOpening(right, StoreEnvironment.REAL, StrategyCatalogue.of(List.of(toy)), catalogue).open())
                .getMessage(), "cloud:nine", "no folder");
    }

    @Test
    @DisplayName("the disk of the environment is used whatever the location says, and stays open")
    void environmentDisk() {
        TestDisk disk = new TestDisk();
        Disk counted = Mockito.spy(disk);
        new AfterimageEngine().open(plain, StoreEnvironment.REAL.withDisk(counted).withStrategy(toy)).close();
        Mockito.verify(counted, Mockito.never()).close();
        assertFalse(disk.isLocked());
    }

    @Test
    @DisplayName("an opening that fails lets go of lock and disk, and lets the strategy write nothing")
    void failedOpening() {
        TestDisk disk = new TestDisk();
        TestStores.open(plain, disk, toy).close();
        toy.hook = call -> {
            if (call.equals("recover")) {
                throw new dev.afterimage.spi.storage.SyncFailedException("no sync");
            }
        };
        var before = disk.picture();
        assertThrows(StoreOpenException.class, () -> TestStores.open(plain, disk, toy));
        assertFalse(disk.isLocked());
        assertTrue(toy.latest.closed);
        assertEquals(before, disk.picture());
    }

    @Test
    @DisplayName("the listener hears that recovery is done, and one that throws harms nothing")
    void listener() {
        StoreListener listener = Mockito.mock(StoreListener.class);
        Mockito.doThrow(new IllegalStateException("deaf")).when(listener).recovered(Mockito.any());
        try (PageStore store = TestStores.open(StoreConfig.at("x:y").listener(listener).build(), new TestDisk(), toy)) {
            Mockito.verify(listener).recovered(store.recoveryReport());
        }
    }
}
