package dev.afterimage.cli.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

import dev.afterimage.spitests.ConformanceRun;
import dev.afterimage.spitests.NamedStrategyConformance;
import dev.afterimage.spitests.Rule;
import dev.afterimage.spitests.RuleReport;
import dev.afterimage.spitests.RuleReporting;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the kit once. */
public final class KitRun {
    private KitRun() {
    }

    /**
     * What a run of the kit showed.
     *
     * @param reports one report a test
     * @param problems tests that failed and could not report, in a sentence each
     */
    public record Outcome(ConformanceRun reports, List<String> problems) {
        /** Whether every rule was tried and none is broken. */
        public boolean passed() {
            return reports.passed() && problems.isEmpty() && !reports.reports().isEmpty();
        }
    }

    /** Hears how a run gets on. */
    @FunctionalInterface
    public interface Progress {
        /** A test begins, the {@code number}-th of {@code total}. */
        void begins(String test, int number, int total);
    }

    /** The numbers of the rules that have tests, A before D, A2 before A11. */
    public static List<String> rules() {
        return Arrays.stream(NamedStrategyConformance.class.getMethods()).map(method -> method.getAnnotation(Rule.class)).filter(Objects::nonNull).map(Rule::value).distinct()
                .sorted(Comparator.comparing((String rule) -> rule.charAt(0)).thenComparing(String::length).thenComparing(Comparator.naturalOrder())).toList();
    }

    /**
     * Runs rules on the strategy that {@link NamedStrategyConformance} finds.
     *
     * @param rules their numbers; all if there are none
     */
    public static Outcome run(List<String> rules, Progress progress) {
        Heard heard = new Heard(progress);
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(NamedStrategyConformance.class))
                .configurationParameter(RuleReporting.SUMMARY, "false");
        if (!rules.isEmpty()) {
            request.filters(TagFilter.includeTags(rules.stream().map(rule -> "rule-" + rule).toList()));
        }
        LauncherFactory.create().execute(request.build(), heard);
        return new Outcome(heard.run, heard.problems);
    }

    private static final class Heard implements TestExecutionListener {
        private final ConformanceRun run = new ConformanceRun();
        private final List<String> problems = new ArrayList<>();
        private final Progress progress;
        private int begun;
        private int total;
        private boolean reported;

        private Heard(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void testPlanExecutionStarted(TestPlan plan) {
            total = (int) plan.countTestIdentifiers(TestIdentifier::isTest);
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            if (test.isTest()) {
                total--;
            }
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            reported = false;
            if (test.isTest()) {
                begun++;
                progress.begins(test.getDisplayName(), begun, Math.max(begun, total));
            }
        }

        @Override
        public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
            RuleReport.fromEntry(entry.getKeyValuePairs()).ifPresent(report -> {
                run.add(report);
                reported = true;
            });
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            // The class itself fails where it cannot even be made; a test that failed by a rule has reported it.
            if (result.getStatus() == TestExecutionResult.Status.FAILED && !(test.isTest() && reported)) {
                problems.add(test.getDisplayName() + ": " + result.getThrowable().map(KitRun::reason).orElse("failed"));
            }
        }
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
