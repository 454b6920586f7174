package dev.afterimage.cli.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.function.Consumer;

import dev.afterimage.spitests.ConformanceRun;
import dev.afterimage.spitests.NamedStrategyConformance;
import dev.afterimage.spitests.RuleReport;
import dev.afterimage.spitests.RuleReporting;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the kit once. */
public final class KitRun {
    private KitRun() {
    }

    /**
     * What a run of the kit showed.
     *
     * @param reports one report a test
     * @param testsFailed tests that failed, those that could not even report among them
     * @param firstFailure the message of the first of them, or empty
     */
    public record Outcome(ConformanceRun reports, long testsFailed, String firstFailure) {
    }

    /** Runs all rules on the strategy of that name, telling {@code starting} the name of each test as it begins. */
    public static Outcome run(String strategy, Consumer<String> starting) {
        System.setProperty(NamedStrategyConformance.STRATEGY_PROPERTY, strategy);
        ConformanceRun run = new ConformanceRun();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(NamedStrategyConformance.class))
                .configurationParameter(RuleReporting.SUMMARY, "false").build();
        LauncherFactory.create().execute(request, summary, new TestExecutionListener() {
            @Override
            public void executionStarted(TestIdentifier test) {
                if (test.isTest()) {
                    starting.accept(test.getDisplayName());
                }
            }

            @Override
            public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
                RuleReport.fromEntry(entry.getKeyValuePairs()).ifPresent(run::add);
            }
        });
        TestExecutionSummary result = summary.getSummary();
        String first = result.getFailures().isEmpty() ? "" : String.valueOf(result.getFailures().get(0).getException().getMessage());
        return new Outcome(run, result.getTotalFailureCount(), first);
    }
}
