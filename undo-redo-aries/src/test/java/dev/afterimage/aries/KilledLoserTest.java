package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;

/** On the file disk: a process is killed, and what it left is opened here. */
@DisplayName("undo-redo-aries and a process killed with a large transaction under way")
@Timeout(600)
class KilledLoserTest {
    @TempDir
    private Path folder;

    @Test
    @DisplayName("20,000 updates in 2,000 pages are undone on restart with a cache of 200 pages, and every page is as committed")
    void small() throws Exception {
        killAndRecover(2_000, 20_000, 200);
    }

    @Test
    @Tag("campaign")
    @DisplayName("1,000,000 updates in 100,000 pages are undone on restart with a cache of 10,000 pages, the report says how long each phase took, and every page is as committed")
    void million() throws Exception {
        System.out.println(LoserProcess.describe(killAndRecover(100_000, 1_000_000, 10_000)));
    }

    private RecoveryReport killAndRecover(int pages, int updates, int cachePages) throws Exception {
        LoserProcess loser = new LoserProcess(folder.resolve("store").toString(), pages, updates, cachePages);
        workUntilKilled(loser);
        try (PageStore store = loser.open()) {
            RecoveryReport report = store.recoveryReport();
            assertEquals(RecoveryReport.Outcome.RECOVERED, report.outcome());
            assertEquals(1, report.transactionsUndone());
            assertEquals(updates, report.phases().stream().mapToLong(RecoveryPhase::compensationRecords).sum());
            assertTrue(report.phases().stream().map(RecoveryPhase::name).toList().containsAll(List.of("analysis", "redo", "undo")), report::toString);
            assertTrue(report.phases().stream().allMatch(phase -> phase.duration().toNanos() > 0), report::toString);
            assertEquals(0, loser.pagesNotAsCommitted(store));
            return report;
        }
    }

    private void workUntilKilled(LoserProcess loser) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-XX:MaxDirectMemorySize=2g",
                "-p", System.getProperty("jdk.module.path"), "--patch-module", "dev.afterimage.aries=" + Path.of(System.getProperty("basedir", ""), "target", "test-classes"),
                "--add-modules", "dev.afterimage.engine,dev.afterimage.storage", "-m", "dev.afterimage.aries/" + LoserProcess.class.getName(),
                "work", loser.folder(), Integer.toString(loser.pages()), Integer.toString(loser.updates()), Integer.toString(loser.cachePages()))
                .redirectError(errors.toFile()).start();
        try (BufferedReader said = new BufferedReader(child.inputReader(StandardCharsets.UTF_8))) {
            assertEquals("ready", said.readLine(), () -> "the process to be killed ended by itself: " + read(errors));
        } finally {
            child.destroyForcibly();
            assertTrue(child.waitFor(1, TimeUnit.MINUTES), "the process is dead");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
