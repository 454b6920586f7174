package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;

import dev.afterimage.api.RecoveryProgress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The line of a running recovery")
class RecoveryLineTest {
    private final StringWriter text = new StringWriter();
    private long now = 1_000_000_000_000L;

    private RecoveryLine line(boolean bar) {
        return new RecoveryLine(new ProgressLine(new PrintWriter(text, true), bar), () -> now);
    }

    private static RecoveryProgress redo(long done, long seconds) {
        return RecoveryProgress.towards("redo", done, 100, Duration.ofSeconds(seconds));
    }

    @Test
    @DisplayName("says how far it is, how long it took, and how long it will take")
    void says() {
        assertEquals("recovery, redo: 25 %, 20 s so far, about 1 min 0 s left", RecoveryLine.text(redo(25, 20)));
        assertEquals("recovery, redo: 100 %, 80 s so far".replace("80 s", "1 min 20 s"), RecoveryLine.text(redo(100, 80)));
        assertEquals("recovery, analysis: 2 s so far", RecoveryLine.text(RecoveryProgress.endless("analysis", 50, Duration.ofSeconds(2))));
        assertEquals("recovery, redo: 50 %, 300 ms so far, about 1 s left", RecoveryLine.text(RecoveryProgress.towards("redo", 50, 100, Duration.ofMillis(300))));
    }

    @Test
    @DisplayName("is written over on a terminal, ten times a second at most, and once for each phase at least")
    void terminal() {
        RecoveryLine line = line(true);
        line.recoveryProgress(redo(1, 1));
        line.recoveryProgress(redo(2, 1));
        now += 100_000_000;
        line.recoveryProgress(redo(3, 1));
        line.recoveryProgress(RecoveryProgress.towards("undo", 7, 100, Duration.ofSeconds(1)));
        assertEquals(3, text.toString().chars().filter(one -> one == '\r').count());
        assertTrue(text.toString().contains("undo: 7 %"), text::toString);
        assertEquals(0, text.toString().lines().filter(one -> one.contains("redo: 2 %")).count());
        assertEquals(-1, text.toString().indexOf('\n'));
    }

    @Test
    @DisplayName("is a line every five seconds where output is piped, so a short recovery says nothing")
    void piped() {
        RecoveryLine line = line(false);
        line.recoveryProgress(redo(1, 1));
        now += 4_999_999_999L;
        line.recoveryProgress(redo(2, 5));
        assertEquals("", text.toString());
        now += 1;
        line.recoveryProgress(redo(3, 5));
        line.recoveryProgress(redo(4, 5));
        line.finished();
        assertEquals(1, text.toString().lines().count(), text::toString);
        assertTrue(text.toString().startsWith("recovery, redo: 3 %, 5 s so far, about 2 min 42 s left"), text::toString);
    }
}
