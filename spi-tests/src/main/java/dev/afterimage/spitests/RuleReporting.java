package dev.afterimage.spitests;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.check.Tally;

/**
 * Publishes a {@link RuleReport} after each conformance test and one line after all of them; and where a line to replay is given, lets only that run.
 *
 * <p>JUnit makes one; nobody else needs to.
 */
public final class RuleReporting implements ExecutionCondition, AfterTestExecutionCallback, AfterAllCallback {
    /** The JUnit configuration parameter that turns the line after all tests off, where the caller prints its own: {@code false}. */
    public static final String SUMMARY = "afterimage.conformance.summary";

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
                tally.counts().visited(), tally.distinct(), tally.counts().proved(), tally.figures(), failure == null ? "" : String.valueOf(failure.getMessage()));
        context.publishReportEntry(report.toEntry());
        run(context).add(report);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        ConformanceRun run = run(context);
        boolean wanted = context.getConfigurationParameter(SUMMARY).map(Boolean::parseBoolean).orElse(true);
        if (wanted && !run.reports().isEmpty()) {
            System.out.println("conformance of " + run.summary());
            run.reports().stream().filter(report -> !report.figures().isEmpty()).forEach(report -> System.out.println("  " + report.rule() + " " + report.strategy() + ": " + report.figures()));
        }
    }

    private static ConformanceRun run(ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).getOrComputeIfAbsent(context.getRequiredTestClass(), type -> new ConformanceRun(), ConformanceRun.class);
    }
}
