package dev.afterimage.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The restart benchmark")
class RestartBenchTest {
    @Test
    @DisplayName("measures what it says: all of the log is read and every record of it redone; no figure is judged here")
    void smoke(@TempDir Path folder) {
        Path work = folder.resolve("work");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        RecoveryReport last = new RestartBench(RestartPlan.of("--log-mib=4", "--pages=64", "--rounds=1", "--cold=0", "--folder=" + work), new PrintStream(printed, true, StandardCharsets.UTF_8)).run();
        RecoveryPhase redo = last.phases().get(1);
        assertEquals("redo", redo.name());
        assertTrue(redo.to() - redo.from() >= 4 << 20, redo::toString);
        assertEquals(redo.records(), redo.changesRedone());
        assertTrue(redo.records() > 10_000, redo::toString);
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("restart / raw, 2 threads"), text);
        assertFalse(Files.exists(work), "it cleans up");
    }

    @Test
    @DisplayName("names the arguments it knows when it is given another")
    void unknownArgument() {
        String message = assertThrows(IllegalArgumentException.class, () -> RestartPlan.of("--speed=9")).getMessage();
        assertTrue(message.contains("log-mib"), message);
    }
}
