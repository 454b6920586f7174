package dev.afterimage.spitests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("The class that plug-in authors extend")
public class ConformanceClassTest {
    /** For JUnit. */
    public ConformanceClassTest() {
    }

    /** A plug-in that answers a commit before it is durable; run by the tests here alone. */
    public static final class Hasty extends RecoveryStrategyConformance {
        /** For JUnit. */
        public Hasty() {
        }

        @Override
        protected RecoveryStrategyProvider strategy() {
            return new SpecimenLog(Vice.W4_ANSWERS_BEFORE_SYNC);
        }

        @Override
        protected int crashStates() {
            return 200;
        }
    }

    /** Many rules are broken here; that failures are shrunk is another test's business. */
    @BeforeEach
    public void shrinkNothing() {
        System.setProperty(Effort.SHRINK_SECONDS_PROPERTY, "0");
    }

    /** The clearing of what a test sets. */
    @AfterEach
    public void forgetTheLine() {
        System.clearProperty(ReplayLine.PROPERTY);
        System.clearProperty(RuleReporting.REPORT_PROPERTY);
        System.clearProperty(Effort.SHRINK_SECONDS_PROPERTY);
    }

    @Test
    @DisplayName("fails the rule that is broken, with a line that replays it, reports each rule, and writes the page that -Dafterimage.report asks for")
    public void failsWithALine(@TempDir Path folder) throws IOException {
        System.setProperty(RuleReporting.REPORT_PROPERTY, folder.resolve("report").toString());
        Heard heard = run();
        String page = Files.readString(folder.resolve("report").resolve("Hasty.html"));
        assertTrue(page.contains("Rules are broken"), page);
        assertTrue(page.contains(heard.replayLine()), page);
        assertTrue(heard.replayLine().startsWith("kit1:specimen-log:strict:"), heard.replayLine());
        assertFalse(heard.reported.passed());
        long rules = Arrays.stream(RecoveryStrategyConformance.class.getMethods()).filter(method -> method.isAnnotationPresent(Rule.class))
                .filter(method -> !method.getName().equals(RecoveryStrategyConformance.SOAK)).count();
        assertEquals(rules, heard.reported.reports().size());
        assertTrue(heard.reported.reports().stream().anyMatch(report -> report.rule().equals("D1") && report.verdict() == RuleReport.Verdict.FAILED),
                () -> heard.reported.reports().toString());
        assertTrue(heard.reported.summary().startsWith("specimen-log"), heard.reported.summary());
    }

    @Test
    @DisplayName("runs nothing but the line that -Dafterimage.replay names, and fails again")
    public void replaysALine() {
        String line = run().replayLine();
        System.setProperty(ReplayLine.PROPERTY, line);
        Heard again = run();
        assertEquals(1, again.started);
        assertEquals(1, again.failures.size());
        assertEquals(line, again.replayLine());
    }

    private static Heard run() {
        Heard heard = new Heard();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Hasty.class)).build(), heard);
        return heard;
    }

    /** What a listener hears of a run. */
    private static final class Heard implements TestExecutionListener {
        private final List<String> failures = new ArrayList<>();
        private final ConformanceRun reported = new ConformanceRun();
        private int started;

        @Override
        public void executionStarted(TestIdentifier test) {
            started += test.isTest() ? 1 : 0;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            result.getThrowable().ifPresent(failure -> failures.add(String.valueOf(failure.getMessage())));
        }

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            RuleReport.fromEntry(entry.getKeyValuePairs()).ifPresent(reported::add);
        }

        String replayLine() {
            return failures.stream().filter(message -> message.startsWith("replay: ")).findFirst()
                    .orElseThrow(() -> new AssertionError("expected a failure with a line that replays it, found " + failures))
                    .lines().findFirst().orElseThrow().substring("replay: ".length());
        }
    }
}
