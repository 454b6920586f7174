package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.afterimage.spi.storage.DiskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A buffer pool that writes back pages older than a position")
class WriteBackOlderTest {
    private static final int PAGE_SIZE = 512;

    private final SuspiciousSpace home = new SuspiciousSpace("home");
    private final SuspiciousSpace spill = new SuspiciousSpace("spill");
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 24, 16, Duration.ofMillis(20));
    private final List<Long> written = new ArrayList<>();

    @AfterEach
    void close() {
        pool.close();
        assertEquals(0, home.offences.get() + spill.offences.get());
    }

    private Frame change(PageSpace space, long number, long value, long lsn) {
        Frame frame = pool.pin(space, number);
        frame.latchExclusive();
        frame.page().putLong(0, value);
        frame.markDirty(lsn);
        frame.unlatchExclusive();
        return frame;
    }

    private void put(PageSpace space, long number, long value, long lsn) {
        change(space, number, value, lsn).unpin();
    }

    @Test
    @DisplayName("writes those in page order, and leaves younger ones, other spaces and clean pages alone")
    void older() {
        put(home, 9, 1, 90);
        put(home, 2, 1, 99);
        put(home, 5, 1, 100);
        put(home, 3, 1, 50);
        put(home, 3, 2, 400); // dirty since 50
        put(spill, 1, 1, 10);
        home.onWrite = written::add;
        List<Long> left = new ArrayList<>();
        assertEquals(3, pool.writeBackOlder(home, 100, left::add));
        assertEquals(List.of(2L, 3L, 9L), written);
        assertEquals(List.of(3L, 2L, 1L), left);
        assertEquals(2, home.durable(3));
        assertEquals(100, pool.oldestDirtyLsn(home));
        assertEquals(10, pool.oldestDirtyLsn(spill));
        assertEquals(0, pool.writeBackOlder(home, 100, any -> true));
        put(home, 2, 7, 450);
        assertEquals(0, pool.writeBackOlder(home, 100, any -> true), "a page written back and changed again is a young one");
        assertEquals(100, pool.oldestDirtyLsn(home));
    }

    @Test
    @DisplayName("passes over a page that somebody is changing, and does not wait")
    void latched() {
        put(home, 1, 1, 10);
        put(home, 2, 1, 20);
        Frame frame = pool.pin(home, 1);
        frame.latchExclusive();
        assertEquals(1, pool.writeBackOlder(home, 100, any -> true));
        frame.unlatchExclusive();
        frame.unpin();
        assertEquals(10, pool.oldestDirtyLsn(home));
        assertEquals(1, pool.writeBackOlder(home, 100, any -> true));
        assertEquals(1, home.durable(1));
    }

    @Test
    @DisplayName("a pin is no hindrance")
    void pinned() {
        Frame frame = change(home, 1, 1, 10);
        assertEquals(1, pool.writeBackOlder(home, 100, any -> true));
        assertEquals(1, home.durable(1));
        frame.unpin();
    }

    @Test
    @DisplayName("ends when it is told to, before the page it was asked about")
    void stops() {
        for (int page = 0; page < 5; page++) {
            put(home, page, 1, 10 + page);
        }
        assertEquals(2, pool.writeBackOlder(home, 100, left -> left > 3));
        assertEquals(12, pool.oldestDirtyLsn(home));
    }

    @Test
    @DisplayName("a write that fails leaves its page and those behind it dirty, for another attempt")
    void fails() {
        for (int page = 0; page < 3; page++) {
            put(home, page, 1, 10 + page);
        }
        home.onWrite = number -> {
            if (number == 1) {
                throw new DiskException("enough");
            }
        };
        assertThrows(DiskException.class, () -> pool.writeBackOlder(home, 100, any -> true));
        assertEquals(11, pool.oldestDirtyLsn(home));
        home.onWrite = number -> { };
        assertEquals(2, pool.writeBackOlder(home, 100, any -> true));
        assertEquals(1, home.durable(1) * home.durable(2));
    }
}
