package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The redo point")
@Timeout(60)
class RedoPointTest {
    private final RedoPoint point = new RedoPoint(100);

    @Test
    @DisplayName("is published first and durable later, and never goes back")
    void twoSteps() {
        assertEquals(100, point.lsn());
        assertEquals(100, point.durableLsn());
        point.advanceTo(200);
        assertEquals(200, point.lsn());
        assertEquals(100, point.durableLsn());
        point.becameDurable(150);
        assertEquals(150, point.durableLsn());
        point.becameDurable(200);
        assertEquals(200, point.durableLsn());
        assertThrows(AssertionError.class, () -> point.advanceTo(199));
        assertThrows(AssertionError.class, () -> point.becameDurable(199));
        assertThrows(AssertionError.class, () -> point.becameDurable(201));
    }

    @Test
    @DisplayName("remembers that the log was full until a checkpoint is complete, not only begun")
    void logFull() {
        assertFalse(point.isLogFull());
        point.logIsFull();
        assertTrue(point.isLogFull());
        point.advanceTo(200);
        assertTrue(point.isLogFull());
        point.becameDurable(200);
        assertFalse(point.isLogFull());
    }

    @Test
    @DisplayName("waits for those who entered before, whether it moves or not, for none who enter meanwhile, and for the next who waits as well")
    void waits() throws InterruptedException {
        for (boolean moves : new boolean[] {true, false}) {
            long epoch = point.enter();
            Thread checkpoint = new Thread(moves ? () -> point.advanceTo(300) : point::awaitEntered);
            checkpoint.start();
            while (checkpoint.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertEquals(300, point.lsn());
            long later = point.enter();
            assertTrue(later != epoch);
            point.leave(epoch);
            checkpoint.join();
            point.leave(later);
            Thread next = new Thread(point::awaitEntered);
            next.setDaemon(true);
            next.start();
            next.join(TimeUnit.SECONDS.toMillis(30));
            assertFalse(next.isAlive(), "nobody is inside");
            point.awaitEntered(); // by this thread, so that what it throws is seen
        }
    }
}
