package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.RollbackReport;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;

@DisplayName("innodb-style and a process that ended in a large transaction")
@Timeout(900)
class HaltedProcessTest {
    @TempDir
    private Path folder;

    @Test
    @DisplayName("20,000 changes are rolled back behind the open store, while others commit")
    void small() throws Exception {
        openAfter(new HaltedProcess(folder.resolve("store").toString(), 2_000, 20_000, 200));
    }

    @Test
    @Tag("campaign")
    @DisplayName("1,000,000 changes of 100,000 pages: the store serves new transactions long before they are rolled back")
    void million() throws Exception {
        System.out.println(openAfter(new HaltedProcess(folder.resolve("store").toString(), 100_000, 1_000_000, 10_000)));
    }

    private String openAfter(HaltedProcess process) throws Exception {
        run(process);
        CompletableFuture<RollbackReport> rolledBack = new CompletableFuture<>();
        AtomicLong redoEnded = new AtomicLong();
        long begin = System.nanoTime();
        try (PageStore store = process.open(new StoreListener() {
            @Override
            public void recoveryProgress(RecoveryProgress progress) {
                if (progress.phase().equals("redo")) {
                    redoEnded.set(System.nanoTime());
                }
            }

            @Override
            public void rolledBack(RollbackReport report) {
                rolledBack.complete(report);
            }
        })) {
            long open = System.nanoTime();
            Duration opening = Duration.ofNanos(open - begin);
            Duration afterRedo = Duration.ofNanos(open - redoEnded.get());
            RecoveryReport report = store.recoveryReport();
            assertEquals(1, report.transactionsRollingBack(), report::toString);
            long newPage;
            try (Transaction writer = store.begin()) {
                try (WritablePage page = writer.write(store.rootPageId())) {
                    newPage = page.getLong(0);
                    page.putLong(8, 1);
                }
                writer.commit();
            }
            Duration firstCommit = Duration.ofNanos(System.nanoTime() - begin);
            boolean early = !rolledBack.isDone();
            assertTrue(newPage > 0);
            RollbackReport done = rolledBack.get(10, TimeUnit.MINUTES);
            assertNotNull(done);
            assertEquals(0, process.wrongWords(store));
            return describe(report, opening, afterRedo, firstCommit, early, done);
        }
    }

    private static String describe(RecoveryReport report, Duration opening, Duration afterRedo, Duration firstCommit, boolean early, RollbackReport done) {
        StringBuilder text = new StringBuilder();
        for (RecoveryPhase phase : report.phases()) {
            text.append(String.format(Locale.ROOT, "%-12s %8.2f s, %,d records, %,d pages read, %,d written, %,d redone, %,d skipped%n", phase.name(), phase.duration().toNanos() / 1e9, phase.records(),
                    phase.pagesRead(), phase.pagesWritten(), phase.changesRedone(), phase.changesSkipped()));
        }
        return text.append(String.format(Locale.ROOT, "%-12s %8.2f s until open returned, of which %.2f s after the end of redo; %.2f s until another had committed (%s the rollback was done)%n", "opening",
                opening.toNanos() / 1e9, afterRedo.toNanos() / 1e9, firstCommit.toNanos() / 1e9, early ? "before" : "after"))
                .append(String.format(Locale.ROOT, "%-12s %s", "rollback", done)).toString();
    }

    private void run(HaltedProcess process) throws Exception {
        Path errors = folder.resolve("errors");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-XX:MaxDirectMemorySize=2g", "-p", System.getProperty("jdk.module.path"),
                "--patch-module", "dev.afterimage.innodbstyle=" + Path.of(System.getProperty("basedir", ""), "target", "test-classes"), "--add-modules",
                "dev.afterimage.engine,dev.afterimage.storage", "-m", "dev.afterimage.innodbstyle/" + HaltedProcess.class.getName(), process.folder(), Integer.toString(process.pages()),
                Integer.toString(process.changes()), Integer.toString(process.cachePages())).redirectErrorStream(true).redirectOutput(errors.toFile()).start();
        assertTrue(child.waitFor(10, TimeUnit.MINUTES), "the process ends by itself");
        assertEquals(3, child.exitValue(), () -> "it ended otherwise, see " + errors);
    }
}
