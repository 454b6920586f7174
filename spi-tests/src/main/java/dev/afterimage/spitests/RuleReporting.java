package dev.afterimage.spitests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.check.Tally;

/**
 * Publishes a {@link RuleReport} after each conformance test and one line after all of them; writes the report as a page where {@code -Dafterimage.report=DIR} asks for it, named after the test
 * class; and where a line to replay is given, lets only that run.
 *
 * <p>JUnit makes one; nobody else needs to.
 */
public final class RuleReporting implements ExecutionCondition, BeforeTestExecutionCallback, AfterTestExecutionCallback, AfterAllCallback {
    /** The JUnit configuration parameter that turns the line after all tests off, where the caller prints its own: {@code false}. */
    public static final String SUMMARY = "afterimage.conformance.summary";

    /** The system property that names a folder for reports. */
    public static final String REPORT_PROPERTY = "afterimage.report";

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(RuleReporting.class);

    /** For JUnit. */
    public RuleReporting() {
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            return ConditionEvaluationResult.enabled("a class");
        }
        boolean replaying = ReplayLine.requested() != null;
        String method = context.getRequiredTestMethod().getName();
        if (method.equals(RecoveryStrategyConformance.SOAK) && Effort.requested().profile() != Effort.Profile.SOAK) {
            return ConditionEvaluationResult.disabled("-D" + Effort.PROPERTY + "=soak is not asked for");
        }
        boolean replays = method.equals(RecoveryStrategyConformance.REPLAY);
        if (replaying == replays) {
            return ConditionEvaluationResult.enabled(replaying ? "replays a line" : "there is no line to replay");
        }
        return ConditionEvaluationResult.disabled(replaying ? "only the line in -D" + ReplayLine.PROPERTY + " is run" : "there is no line to replay");
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        context.getStore(NAMESPACE).put("begun", System.nanoTime());
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Rule rule = context.getRequiredTestMethod().getAnnotation(Rule.class);
        if (rule == null || !(context.getRequiredTestInstance() instanceof RecoveryStrategyConformance conformance)) {
            return;
        }
        Throwable failure = context.getExecutionException().orElse(null);
        RuleReport.Verdict verdict = failure == null ? RuleReport.Verdict.PASSED
                : failure instanceof TestAbortedException ? RuleReport.Verdict.REFUSED : RuleReport.Verdict.FAILED;
        Tally tally = conformance.tally();
        RuleReport report = new RuleReport(conformance.strategyName(), rule.value(), context.getDisplayName(), verdict, tally.cases(), tally.counts().total(),
                tally.counts().visited(), tally.distinct(), tally.counts().points(), tally.counts().proved(),
                Duration.ofNanos(System.nanoTime() - context.getStore(NAMESPACE).get("begun", Long.class)), tally.marks().counts(), tally.figures(), failure == null ? "" : String.valueOf(failure.getMessage()));
        context.publishReportEntry(report.toEntry());
        run(context).add(report);
        context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(List.of(context.getRequiredTestClass()), type -> RunDescription.of(conformance));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        ConformanceRun run = run(context);
        RunDescription description = context.getRoot().getStore(NAMESPACE).get(List.of(context.getRequiredTestClass()), RunDescription.class);
        if (description != null) {
            write(context.getRequiredTestClass(), description, run);
        }
        boolean wanted = context.getConfigurationParameter(SUMMARY).map(Boolean::parseBoolean).orElse(true);
        if (wanted && !run.reports().isEmpty()) {
            System.out.println("conformance of " + run.summary());
            run.reports().stream().filter(report -> !report.figures().isEmpty()).forEach(report -> System.out.println("  " + report.rule() + " " + report.strategy() + ": " + report.figures()));
        }
    }

    private static void write(Class<?> testClass, RunDescription description, ConformanceRun run) {
        String folder = System.getProperty(REPORT_PROPERTY, "");
        if (!folder.isBlank()) {
            Path page = Path.of(folder).resolve(testClass.getSimpleName() + ".html");
            try {
                new HtmlReport(description, run, List.of()).write(page);
            } catch (IOException e) {
                throw new UncheckedIOException("-D" + REPORT_PROPERTY + ": " + page + " cannot be written: " + e.getMessage(), e);
            }
            System.out.println("report: " + page);
        }
    }

    private static ConformanceRun run(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(context.getRequiredTestClass(), type -> new ConformanceRun(), ConformanceRun.class);
    }
}
