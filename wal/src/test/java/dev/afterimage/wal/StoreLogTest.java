package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A store's log, as its pages see it,")
class StoreLogTest {
    private final ForgetfulDisk disk = new ForgetfulDisk();
    private final StoreLog seen = new StoreLog();

    @Test
    @DisplayName("ends where recovery read to, until it goes on; from then on pages wait for it, and it is closed with the store (W2)")
    void lives() {
        seen.close(); // nothing had begun
        seen.endsAt(new LogEnd(1, 5000, 0));
        assertEquals(5000, seen.end());
        seen.force(4999);
        assertThrows(AssertionError.class, () -> seen.force(5000));
        WriteAheadLog log = LogWorkshop.create(disk);
        assertSame(log, seen.goesOnWith(log));
        long lsn = LogWorkshop.append(log, 1);
        assertEquals(log.endLsn(), seen.end());
        assertTrue(log.syncedLsn() <= lsn);
        seen.force(lsn);
        assertTrue(log.syncedLsn() > lsn, "durable");
        seen.close();
        assertThrows(IllegalStateException.class, () -> LogWorkshop.append(log, 2));
        assertEquals(0, disk.openFiles());
    }
}
