package dev.afterimage.cli.comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;

import dev.afterimage.api.StoreStatistics;
import dev.afterimage.spi.RecoveryStrategyProvider;

/** Runs the whole comparison for one strategy: measured, killed, swept. */
public final class StrategyComparison {
    /** Transfers that warm the machine up before anything is measured, on a store in memory. */
    private static final int WARM_UP_TRANSFERS = 20_000;

    private final ComparisonPlan plan;
    private final Progress progress;
    private final ChildProcess child;

    /** A comparison by that plan. */
    public StrategyComparison(ComparisonPlan plan, Progress progress, ChildProcess child) {
        this.plan = plan;
        this.progress = progress;
        this.child = child;
    }

    /** Starts a process that makes transfers until it is killed, writing each acknowledged transfer's number (4 bytes) to its standard output. */
    @FunctionalInterface
    public interface ChildProcess {
        /** Starts it; what it has to complain of goes to the file {@code errors}. */
        Process start(String strategy, String location, Path errors) throws IOException;
    }

    /** Runs a strategy; its stores are made below the plan's folder and deleted afterwards unless something was wrong with them. */
    public StrategyResult run(RecoveryStrategyProvider strategy) {
        String name = strategy.name();
        Path measured = plan.folder().resolve(name + "-measured");
        Path killed = plan.folder().resolve(name + "-killed");
        progress.phase(name, "warming up");
        new MeasuredRun(plan, name).run("memory:warm-up-" + UUID.randomUUID(), WARM_UP_TRANSFERS);
        progress.phase(name, "making " + plan.transfers() + " transfers on " + plan.threads() + " threads");
        MeasuredRun.Outcome run = new MeasuredRun(plan, name).run("file:" + measured, plan.transfers());
        progress.phase(name, "killing a process " + plan.kills() + " times");
        KilledRuns.Outcome kills = plan.kills() == 0 ? new KilledRuns.Outcome(0, 0, 0, 0, 0, 0, 0)
                : new KilledRuns(plan, name, child).run(killed, progress);
        progress.phase(name, "sweeping crash states");
        CrashSweep.Outcome sweep = new CrashSweep(plan, strategy).run(progress);
        if (sweep.firstProblem() != null) {
            progress.problem(sweep.firstProblem());
        }
        StrategyResult result = result(name, run, kills, sweep);
        if (result.violations() == 0) {
            deleteFolder(measured);
            deleteFolder(killed);
        }
        return result;
    }

    private StrategyResult result(String name, MeasuredRun.Outcome run, KilledRuns.Outcome kills, CrashSweep.Outcome sweep) {
        StoreStatistics before = run.before();
        StoreStatistics after = run.after();
        double commits = after.commits() - before.commits();
        double bytes = after.bytesWritten() - before.bytesWritten();
        double changed = Math.max(1, after.bytesChanged() - before.bytesChanged());
        long lost = run.lost() + kills.lost() + sweep.lost();
        long torn = run.audit().torn() + kills.torn() + sweep.torn();
        return new StrategyResult(name, (long) commits, plan.transfers() / run.seconds(), run.latencyNanos().getValueAtPercentile(50) / 1e3,
                run.latencyNanos().getValueAtPercentile(99) / 1e3, (after.syncs() - before.syncs()) / commits, bytes / commits,
                (after.logBytes() - before.logBytes()) / commits, (after.imageBytes() - before.imageBytes()) / commits,
                (after.pageBytes() - before.pageBytes()) / commits, bytes / changed, kills.recoveryMillis(), kills.redone(), kills.undone(),
                kills.kills(), kills.acknowledged(), sweep.states(), lost, torn, lost + torn);
    }

    private static void deleteFolder(Path folder) {
        try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new IllegalStateException(folder + ": cannot be deleted: " + e.getMessage(), e);
        }
    }
}
