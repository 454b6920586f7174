package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RecoveryReport.Outcome;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

@DisplayName("Opening a store of shadow paging")
class ShadowRecoveryTest {
    private final SimulatedDisk disk = new SimulatedDisk();
    private final List<DiskFile> files = new ArrayList<>();

    /** The same disk, whose files are seen to be closed. */
    private Disk watched() {
        Disk watched = mock(Disk.class, delegatesTo(disk));
        doAnswer(call -> watch(disk.create(call.getArgument(0)))).when(watched).create(anyString());
        doAnswer(call -> watch(disk.open(call.getArgument(0)))).when(watched).open(anyString());
        return watched;
    }

    private DiskFile watch(DiskFile file) {
        DiskFile watched = mock(DiskFile.class, delegatesTo(file));
        files.add(watched);
        return watched;
    }

    private void closedOnce(int expected) {
        assertEquals(expected, files.size());
        for (DiskFile file : files) {
            verify(file, times(1)).close();
        }
        files.clear();
    }

    private static void load(TestStore store, int pages) {
        StrategyTransaction load = store.begin();
        for (int page = 0; page < pages; page++) {
            TestStore.create(load, page * 1_000_000L, page);
        }
        TestStore.commit(load);
    }

    @Test
    @DisplayName("lets go of each file once: at the end, and where it fails")
    void filesClosed() {
        try (TestStore store = TestStore.create(watched())) {
            load(store, 3);
        }
        closedOnce(2);
        try (TestStore store = TestStore.open(watched())) {
            assertEquals(2, store.read(2_000_000));
        }
        closedOnce(2);
        disk.open("pages").resize(TestStore.PAGE_SIZE);
        assertThrows(StoreDamagedException.class, () -> TestStore.open(watched()));
        closedOnce(2);
        disk.delete("roots");
        assertThrows(StoreDamagedException.class, () -> TestStore.open(watched()));
        closedOnce(1);
        disk.delete("pages");
        assertThrows(StoreDamagedException.class, () -> TestStore.open(watched()));
        closedOnce(0);
    }

    @Test
    @DisplayName("needs a file as long as the root says, and not a byte less")
    void length() {
        try (TestStore store = TestStore.create(disk)) {
            load(store, 3);
        }
        try (TestStore store = TestStore.open(disk)) {
            assertEquals(0, store.read(0));
        }
        DiskFile pages = disk.open("pages");
        long bytes = pages.size();
        pages.resize(bytes - 1);
        assertThrows(StoreDamagedException.class, () -> TestStore.open(disk));
        pages.resize(bytes);
        try (TestStore store = TestStore.open(disk)) {
            assertEquals(bytes, pages.size());
            assertEquals(2, store.read(2_000_000));
        }
        pages.resize(bytes + 1);
        TestStore.open(disk).close();
        assertEquals(bytes, pages.size(), "what the root does not know of is cut off");
        pages.close();
    }

    @Test
    @DisplayName("syncs the pages before it writes the root anew, and cuts the file only after that; then it knows how many slots are left")
    void order() {
        try (TestStore store = TestStore.create(disk)) {
            load(store, 3);
        }
        DiskFile longer = disk.open("pages");
        longer.resize(1_000 * TestStore.PAGE_SIZE);
        longer.close();
        try (TestStore store = TestStore.open(watched())) {
            DiskFile pages = files.get(0);
            DiskFile roots = files.get(1);
            InOrder order = inOrder(pages, roots);
            order.verify(pages).syncData();
            order.verify(roots, atLeastOnce()).write(any(), anyLong());
            order.verify(roots, atLeastOnce()).syncData();
            order.verify(pages).resize(anyLong());
            assertEquals(pages.size(), ((ShadowPagingStrategy) store.strategy).parts().free().slots() * TestStore.PAGE_SIZE);
        }
    }

    @Test
    @DisplayName("gives a long tail of free slots back, and lets nobody take them")
    void tail() {
        try (TestStore store = TestStore.create(disk)) {
            StrategyTransaction large = store.begin();
            for (int page = 0; page < 500; page++) {
                TestStore.create(large, page, page);
            }
            large.rollback();
            load(store, 3);
        }
        try (TestStore store = TestStore.open(disk)) {
            FreeSlots free = ((ShadowPagingStrategy) store.strategy).parts().free();
            DiskFile pages = disk.open("pages");
            assertEquals(pages.size(), free.slots() * TestStore.PAGE_SIZE);
            assertEquals(free.endOfUsed() + 32, free.slots());
            pages.close();
        }
    }

    @Test
    @DisplayName("makes a store of sixteen slots over what lies there")
    void made() {
        DiskFile left = disk.create("pages");
        left.write(ByteBuffer.allocate(100 * TestStore.PAGE_SIZE), 0);
        left.close();
        disk.create("roots").close();
        Disk watched = watched();
        try (TestStore store = TestStore.create(watched)) {
            verify(watched).delete("pages");
            verify(watched).delete("roots");
            verify(watched).syncNames();
            verify(files.get(0)).syncData();
            assertEquals(16 * TestStore.PAGE_SIZE, files.get(0).size());
            RecoveryReport report = store.report;
            assertEquals(Outcome.CREATED, report.outcome());
            assertTrue(report.phases().isEmpty());
            assertEquals(0, report.highestTransactionId());
        }
    }

    @Test
    @DisplayName("tells what it read, every 64 nodes and at the end, and which numbers were given to transactions")
    void report() {
        try (TestStore store = TestStore.create(disk)) {
            load(store, 100);
            store.strategy.begin(70).rollback();
            store.strategy.begin(60).rollback();
        }
        try (TestStore store = TestStore.open(disk)) {
            RecoveryReport report = store.report;
            assertEquals(Outcome.CLEAN, report.outcome());
            assertEquals(70, report.highestTransactionId());
            assertEquals(1, report.phases().size());
            RecoveryPhase walk = report.phases().get(0);
            assertEquals("page table walk", walk.name());
            assertEquals(walk.from() + 1, walk.to());
            assertEquals(100, walk.changesSkipped());
            assertEquals(0, walk.changesRedone());
            assertEquals(walk.records() * TestStore.PAGE_SIZE, walk.bytesRead());
            assertTrue(walk.records() > 100);
            List<Long> told = store.progress.stream().map(RecoveryProgress::done).toList();
            List<Long> expected = new ArrayList<>();
            for (long nodes = 64; nodes < walk.records(); nodes += 64) {
                expected.add(nodes);
            }
            expected.add(walk.records());
            assertEquals(expected, told);
            assertTrue(store.progress.stream().allMatch(event -> event.total() == walk.records() && event.phase().equals("page table walk") && !event.elapsed().isNegative()));
            assertTrue(report.duration().compareTo(walk.duration()) >= 0 && report.duration().toHours() == 0);
        }
    }

    @Test
    @DisplayName("after a crash is no clean opening, and the next after a close is")
    void outcomes() {
        TestStore crashed = TestStore.create(disk);
        load(crashed, 1);
        PowerLoss.forEach(disk, left -> {
            try (TestStore store = TestStore.open(left)) {
                assertEquals(Outcome.RECOVERED, store.report.outcome());
            }
            try (TestStore store = TestStore.open(left)) {
                assertEquals(Outcome.CLEAN, store.report.outcome());
            }
        });
        crashed.close();
    }
}
