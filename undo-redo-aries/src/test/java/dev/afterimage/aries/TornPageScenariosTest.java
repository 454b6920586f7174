package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.afterimage.api.ConfigException;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.PageChecksum;
import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.workbench.Workbench;
import dev.afterimage.wal.LogSettings;

/** Directed scenarios of what guards against torn pages: the doublewrite buffer's (faults D1, D2, D4, D5), a device that needs none, and a store opened with another guard than before. */
@DisplayName("undo-redo-aries and torn pages")
@Timeout(120)
class TornPageScenariosTest {
    private static final int PAGES = 12;
    private static final int FRAMES = 16;
    private static final int PAGE_SIZE = Workbench.PAGE_SIZE;
    private static final EnumerationPlan PLAN = EnumerationPlan.GATE.withStatesPerPoint(24);

    private static Map<String, String> guardedBy(TornPages guard) {
        // The smallest area: three pages a batch, so that its regions are used again and again.
        return Map.of("torn-page-protection", guard.name().toLowerCase(Locale.ROOT).replace('_', '-'), "doublewrite-size", "32KiB");
    }

    /** A device that writes pages whole or not at all: its crash states are those without a torn page. */
    private static Disk promisingPages(SimulatedDisk disk) {
        Disk promising = mock(Disk.class, withSettings().stubOnly().defaultAnswer(delegatesTo(disk)));
        doReturn(new DeviceGuarantees(PAGE_SIZE)).when(promising).guarantees();
        return promising;
    }

    private static List<Long> tornHomes(DiskImage image) {
        List<Long> torn = new ArrayList<>();
        for (long page = 0; page < image.size(StoreFileNames.PAGES) / PAGE_SIZE; page++) {
            ByteBuffer bytes = ByteBuffer.wrap(image.read(StoreFileNames.PAGES, page * PAGE_SIZE, PAGE_SIZE)).order(ByteOrder.LITTLE_ENDIAN);
            boolean zero = bytes.mismatch(ByteBuffer.allocate(PAGE_SIZE)) < 0;
            if (!zero && bytes.getInt(16) != PageChecksum.ofPageWithHeader(bytes, page, 0x5EED)) {
                torn.add(page);
            }
        }
        return torn;
    }

    /** A store whose homes lag behind: {@code PAGES} pages, twice changed, the second time with a loser among them. */
    private static DiskImage killedStore(TornPages guard) {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(promisingPages(disk), FRAMES, PAGES, guardedBy(guard));
        store.checkpoint();
        store.checkpoint();
        for (int page = 0; page < PAGES; page++) {
            store.put(page, 100 + page);
        }
        Workbench.Work loser = store.begin();
        loser.put(5, 5555);
        loser.put(6, 6666);
        store.put(7, 777);
        return disk.asIssued();
    }

    private static Map<Long, Long> contentOf(DiskImage image, TornPages guard) {
        try (Workbench recovered = SmallLog.SETUP.open(promisingPages(new SimulatedDisk(image)), FRAMES, guardedBy(guard))) {
            Map<Long, Long> content = recovered.content(PAGES);
            assertEquals(100, content.get(0L));
            assertEquals(105, content.get(5L));
            assertEquals(777, content.get(7L));
            return content;
        }
    }

    /** Opens a store and has all pages go home a few times, uncommitted changes included; its content is what it was. */
    private static void churn(SimulatedDisk disk, TornPages guard) {
        Workbench store = SmallLog.SETUP.open(promisingPages(disk), FRAMES, guardedBy(guard));
        Workbench.Work loser = store.begin();
        for (int round = 0; round < 2; round++) {
            for (int page = 0; page < PAGES; page++) {
                loser.add(page, 1000);
            }
            store.checkpoint();
            store.checkpoint();
        }
        // One page in one batch after the other: both regions hold a copy of it, and only the newer one may be taken.
        for (int round = 0; round < 4; round++) {
            loser.add(3, 1000);
            store.checkpoint();
            store.checkpoint();
        }
        loser.rollback();
        store.close();
    }

    private static void recovers(DiskImage image, TornPages guard, Map<Long, Long> expected) {
        try (Workbench recovered = SmallLog.SETUP.open(promisingPages(new SimulatedDisk(image)), FRAMES, guardedBy(guard))) {
            assertEquals(expected, recovered.content(PAGES));
        }
    }

    @Test
    @DisplayName("a doublewrite area that cannot be opened, or made for want of room or by a sync that fails, is not left open")
    void areaIsNotLeftOpen() {
        SimulatedDisk tooShort = new SimulatedDisk(killedStore(TornPages.DOUBLEWRITE).resize(TornPageGuard.FILE, 512));
        assertThrows(StoreDamagedException.class, () -> SmallLog.SETUP.open(tooShort, FRAMES, guardedBy(TornPages.DOUBLEWRITE)));
        assertEquals(0, tooShort.openFiles());
        SimulatedDisk full = new SimulatedDisk(killedStore(TornPages.FULL_PAGE_IMAGES));
        full.faults().capacityBytes(full.allocatedBytes());
        assertThrows(DiskFullException.class, () -> SmallLog.SETUP.open(full, FRAMES, guardedBy(TornPages.DOUBLEWRITE)));
        assertEquals(0, full.openFiles());
        SimulatedDisk failing = new SimulatedDisk(killedStore(TornPages.FULL_PAGE_IMAGES));
        failing.faults().failSync(TornPageGuard.FILE::equals, 0, SyncFailure.CLEAN_NEW);
        assertThrows(SyncFailedException.class, () -> SmallLog.SETUP.open(failing, FRAMES, guardedBy(TornPages.DOUBLEWRITE)));
        assertEquals(0, failing.openFiles());
    }

    @Test
    @DisplayName("doublewrite-both-torn, doublewrite-slot-reuse: no crash finds a home torn and no whole copy of it, however often the slots are used again (D1, D2)")
    void homeOrCopyIsWhole() {
        DiskImage image = killedStore(TornPages.DOUBLEWRITE);
        Map<Long, Long> expected = contentOf(image, TornPages.DOUBLEWRITE);
        SimulatedDisk disk = new SimulatedDisk(image);
        churn(disk, TornPages.DOUBLEWRITE);
        int[] torn = {0};
        CrashStates.forEach(disk.trace(), PLAN, state -> {
            List<Long> tornHomes = tornHomes(state.image());
            try (Workbench recovered = SmallLog.SETUP.open(new SimulatedDisk(state.image()), FRAMES, guardedBy(TornPages.DOUBLEWRITE))) {
                assertEquals(expected, recovered.content(PAGES), state::toString);
                assertTrue(recovered.report().pagesRepaired() >= tornHomes.size(), () -> tornHomes + " torn, " + recovered.report());
            }
            torn[0] += tornHomes.isEmpty() ? 0 : 1;
        });
        assertTrue(torn[0] > 20, () -> torn[0] + " states with a torn home prove nothing");
    }

    @Test
    @DisplayName("doublewrite-torn-copy: a copy of which any sector is missing is never put in the place of its home, torn or whole (D4)")
    void tornCopyIsNotRestored() {
        SimulatedDisk disk = new SimulatedDisk(killedStore(TornPages.DOUBLEWRITE));
        Map<Long, Long> expected = contentOf(disk.asIssued(), TornPages.DOUBLEWRITE);
        SmallLog.SETUP.open(disk, FRAMES, guardedBy(TornPages.DOUBLEWRITE));
        DiskImage opened = disk.asIssued();
        assertTrue(tornHomes(opened).isEmpty());
        long sectors = opened.size(TornPageGuard.FILE) / 512;
        for (long sector = 0; sector < sectors; sector++) {
            recovers(opened.zeroSector(TornPageGuard.FILE, sector), TornPages.DOUBLEWRITE, expected);
        }
        // Where the home is torn as well, which no single crash does, the store says so.
        DiskImage noCopies = opened;
        for (long sector = 1; sector < sectors; sector += PAGE_SIZE / 512 + 1) {
            noCopies = noCopies.zeroSector(TornPageGuard.FILE, sector);
        }
        DiskImage bothTorn = noCopies.zeroSector(StoreFileNames.PAGES, 8 * PAGE_SIZE / 512 - 1);
        assertEquals(List.of(7L), tornHomes(bothTorn));
        try (Workbench recovered = SmallLog.SETUP.open(new SimulatedDisk(bothTorn), FRAMES, guardedBy(TornPages.DOUBLEWRITE))) {
            assertThrows(StoreDamagedException.class, () -> recovered.get(7));
            assertEquals(100, recovered.get(0));
        }
    }

    @Test
    @DisplayName("doublewrite-repair-cut-short: a restart that repairs, crashed at any of its syncs, to depth 2, still has the copies it needs (D5)")
    void repairCutShort() {
        DiskImage image = killedStore(TornPages.DOUBLEWRITE);
        Map<Long, Long> expected = contentOf(image, TornPages.DOUBLEWRITE);
        SimulatedDisk disk = new SimulatedDisk(image);
        churn(disk, TornPages.DOUBLEWRITE);
        List<DiskImage> torn = new ArrayList<>();
        CrashStates.forEach(disk.trace(), PLAN, state -> {
            if (tornHomes(state.image()).size() > 0) {
                torn.add(state.image());
            }
        });
        assertFalse(torn.isEmpty());
        for (int i = 0; i < torn.size(); i += Math.max(1, torn.size() / 6)) {
            crashInRestart(torn.get(i), 2, expected);
        }
    }

    private static void crashInRestart(DiskImage image, int depth, Map<Long, Long> expected) {
        SimulatedDisk disk = new SimulatedDisk(image);
        try (Workbench recovered = SmallLog.SETUP.open(disk, FRAMES, guardedBy(TornPages.DOUBLEWRITE))) {
            assertEquals(expected, recovered.content(PAGES));
        }
        if (depth > 0) {
            EnumerationPlan plan = depth == 2 ? EnumerationPlan.GATE.withStatesPerPoint(6) : EnumerationPlan.PREFIXES.withStatesPerPoint(3);
            CrashStates.forEach(disk.trace(), plan, state -> crashInRestart(state.image(), depth - 1, expected));
        }
    }

    @Test
    @DisplayName("doublewrite-failed-sync: homes that only look whole after a failed sync keep their copies until they are, though the restart that writes them again is cut short (D5, F2)")
    void homesThatOnlyLookWhole() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES, guardedBy(TornPages.DOUBLEWRITE));
        store.checkpoint();
        store.checkpoint();
        store.close();
        int[] torn = {0};
        // The homes of each batch in turn: what redo writes first is safe by its own new copies, what it writes last is not.
        for (int skip = 1; skip <= 4; skip++) {
            failHomeSync(disk.asIssued(), skip, torn);
        }
        assertTrue(torn[0] > 20, () -> torn[0] + " states with a torn home prove nothing");
    }

    private static void failHomeSync(DiskImage image, int skip, int[] torn) {
        SimulatedDisk failing = new SimulatedDisk(image);
        Workbench failed = SmallLog.SETUP.open(failing, FRAMES, guardedBy(TornPages.DOUBLEWRITE));
        for (int page = 0; page < PAGES; page++) {
            failed.put(page, 100 + page);
        }
        Map<Long, Long> expected = failed.content(PAGES);
        long committed = failing.now();
        failing.faults().failSync(StoreFileNames.PAGES::equals, skip, SyncFailure.CLEAN_NEW);
        assertThrows(RuntimeException.class, () -> {
            failed.checkpoint();
            failed.checkpoint();
        });
        failed.close();
        // The process begins again, the power stays on. Its repair is cut short while it writes to the area, then it is left alone.
        failing.faults().failWrite(TornPageGuard.FILE::equals, 0, 3);
        assertThrows(DiskException.class, () -> SmallLog.SETUP.open(failing, FRAMES, guardedBy(TornPages.DOUBLEWRITE)));
        assertTrue(tornHomes(failing.asIssued()).isEmpty(), "all look whole");
        churn(failing, TornPages.DOUBLEWRITE);
        CrashStates.forEach(failing.trace(), EnumerationPlan.GATE.withStatesPerPoint(10), state -> {
            if (state.sequence() >= committed) {
                torn[0] += tornHomes(state.image()).isEmpty() ? 0 : 1;
                recovers(state.image(), TornPages.DOUBLEWRITE, expected);
            }
        });
    }

    @Test
    @DisplayName("doublewrite-first-page: homes of which a crash left zeros, or no file length, are made from copies or from the log")
    void firstPage() {
        SimulatedDisk disk = new SimulatedDisk();
        Workbench store = SmallLog.SETUP.create(disk, FRAMES, PAGES, guardedBy(TornPages.DOUBLEWRITE));
        Map<Long, Long> expected = store.content(PAGES);
        store.checkpoint();
        store.checkpoint();
        int[] absent = {0};
        CrashStates.forEach(disk.trace(), PLAN, state -> {
            if (isCreated(state)) {
                boolean firstIsAbsent = ByteBuffer.wrap(state.image().read(StoreFileNames.PAGES, 0, PAGE_SIZE)).mismatch(ByteBuffer.allocate(PAGE_SIZE)) < 0;
                absent[0] += firstIsAbsent ? 1 : 0;
                try (Workbench recovered = SmallLog.SETUP.open(new SimulatedDisk(state.image()), FRAMES, guardedBy(TornPages.DOUBLEWRITE))) {
                    // Its only commit may have been lost, as a whole.
                    assertTrue(recovered.get(0) == -1 || expected.equals(recovered.content(PAGES)), () -> recovered.content(PAGES).toString());
                }
            }
        });
        assertTrue(absent[0] > 10, () -> absent[0] + " states without page 0 prove nothing");
    }

    /** Whether the making of the store was over: the last thing it does is to sync names. */
    private static boolean isCreated(CrashState state) {
        return state.image().contains(StoreFileNames.CONTROL) && state.image().size(StoreFileNames.CONTROL) > 0 && state.image().contains(TornPageGuard.FILE)
                && state.image().size(StoreFileNames.PAGES) > 0;
    }

    @Test
    @DisplayName("another guard than before takes over when restart is done: each of the six changes, crashed before, during and after, and back again")
    void anotherGuard() {
        for (TornPages from : TornPages.values()) {
            DiskImage image = killedStore(from);
            Map<Long, Long> expected = contentOf(image, from);
            for (TornPages to : TornPages.values()) {
                if (from != to) {
                    change(image, from, to, expected);
                }
            }
        }
    }

    private static void change(DiskImage image, TornPages from, TornPages to, Map<Long, Long> expected) {
        boolean deviceTears = from != TornPages.NONE && to != TornPages.NONE;
        SimulatedDisk disk = new SimulatedDisk(image);
        churn(disk, from);
        List<DiskImage> before = new ArrayList<>();
        CrashStates.forEach(disk.trace(), EnumerationPlan.GATE.withStatesPerPoint(4), state -> before.add(state.image()));
        for (int i = 0; i < before.size(); i += 1 + before.size() / 60) {
            if (deviceTears || tornHomes(before.get(i)).isEmpty()) {
                recovers(before.get(i), to, expected);
            }
        }
        SimulatedDisk changing = new SimulatedDisk(image);
        churn(changing, to);
        CrashStates.forEach(changing.trace(), EnumerationPlan.GATE.withStatesPerPoint(6), state -> {
            if (deviceTears || tornHomes(state.image()).isEmpty()) {
                recovers(state.image(), to, expected);
                recovers(state.image(), from, expected);
            }
        });
        assertEquals(to == TornPages.DOUBLEWRITE, changing.exists(TornPageGuard.FILE), from + " to " + to);
    }

    @Test
    @DisplayName("without protection: refused on a device that promises sectors only, at home on one that promises whole pages")
    void none() {
        assertThrows(ConfigException.class, () -> SmallLog.SETUP.create(new SimulatedDisk(), FRAMES, 1, guardedBy(TornPages.NONE)));
        DiskImage image = killedStore(TornPages.NONE);
        Map<Long, Long> expected = contentOf(image, TornPages.NONE);
        SimulatedDisk disk = new SimulatedDisk(image);
        churn(disk, TornPages.NONE);
        int[] states = {0};
        CrashStates.forEach(disk.trace(), PLAN, state -> {
            if (tornHomes(state.image()).isEmpty()) {
                states[0]++;
                recovers(state.image(), TornPages.NONE, expected);
            }
        });
        assertTrue(states[0] > 100, () -> states[0] + " states");
    }

    @Test
    @DisplayName("an area smaller than two batches of two pages is refused, a missing one is damage")
    void area() {
        SimulatedDisk disk = new SimulatedDisk(killedStore(TornPages.DOUBLEWRITE));
        disk.delete(TornPageGuard.FILE);
        assertThrows(StoreDamagedException.class, () -> SmallLog.SETUP.open(disk, FRAMES, guardedBy(TornPages.DOUBLEWRITE)));
        AriesOptions small = new AriesOptions(64 << 20, LogSettings.DEFAULT, TornPages.DOUBLEWRITE, 32 << 10, 0);
        small.checkRoomForPages(4096);
        assertThrows(ConfigException.class, () -> small.checkRoomForPages(16 << 10));
    }
}
