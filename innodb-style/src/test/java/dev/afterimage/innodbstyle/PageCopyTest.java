package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.workbench.Workbench;

@DisplayName("The copy that a writer writes to")
class PageCopyTest {
    @Test
    @DisplayName("holds all of the page for those who still read it when its writer has let go, and the page has left the cache")
    void readersStay() {
        SimulatedDisk disk = new SimulatedDisk();
        try (Workbench store = SmallLog.SETUP.create(disk, 24, 200)) {
            Workbench.Work work = store.begin();
            StrategyTransaction transaction = work.inner();
            PageAccess writing = transaction.write(3);
            PageAccess reading = transaction.read(3);
            writing.close(); // only now is what was not touched copied
            for (int round = 0; round < 4; round++) {
                for (int page = 20; page < 200; page++) {
                    assertEquals(page, store.get(page));
                }
            }
            assertEquals(3, reading.bytes().getLong(Workbench.LAST));
            assertEquals(3, reading.bytes().getLong(0));
            reading.close();
            transaction.rollback();
        }
    }
}
