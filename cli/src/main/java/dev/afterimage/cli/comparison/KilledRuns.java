package dev.afterimage.cli.comparison;

import java.io.DataInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig;

/**
 * Kills a process in the middle of its transfers, again and again on one store, and looks for every transfer it had acknowledged.
 *
 * <p>The child writes the number of each transfer to its standard output once the commit is acknowledged. The parent kills it (SIGKILL where the
 * system has it) after a random number of them, drains what is still in the pipe, reopens the store in its own process, and reads everything.
 */
final class KilledRuns {
    private final ComparisonPlan plan;
    private final String strategy;
    private final StrategyComparison.ChildProcess child;

    KilledRuns(ComparisonPlan plan, String strategy, StrategyComparison.ChildProcess child) {
        this.plan = plan;
        this.strategy = strategy;
        this.child = child;
    }

    /**
     * What the kills showed.
     *
     * @param kills processes killed in the middle of their work
     * @param acknowledged transfers they had acknowledged
     * @param recoveryMillis mean time to recover
     * @param redone mean number of transactions redone
     * @param undone mean number of transactions undone or left out
     * @param lost acknowledged transfers that were not there
     * @param torn transfers half there or there twice, and unconserved sums
     */
    record Outcome(int kills, long acknowledged, double recoveryMillis, double redone, double undone, long lost, long torn) {
    }

    Outcome run(Path folder, Progress progress) {
        String location = "file:" + folder;
        StoreConfig config = StoreConfig.at(location).strategy(strategy).build();
        try (PageStore store = PageStores.open(config)) {
            Ledger.create(store, plan.orders().accounts(), plan.threads());
        }
        SplittableRandom random = new SplittableRandom(plan.seed() ^ strategy.hashCode());
        BitSet mustBeThere = new BitSet();
        long acknowledged = 0;
        double millis = 0;
        double redone = 0;
        double undone = 0;
        long lost = 0;
        long torn = 0;
        for (int kill = 0; kill < plan.kills(); kill++) {
            int share = Math.max(2, plan.transfers() / plan.kills());
            acknowledged += killAfter(1 + random.nextInt(share), location, folder, mustBeThere);
            try (PageStore store = PageStores.open(config)) {
                RecoveryReport report = store.recoveryReport();
                millis += report.duration().toNanos() / 1e6;
                redone += report.transactionsRedone();
                undone += report.transactionsUndone();
                LedgerAudit audit = LedgerAudit.of(Ledger.open(store));
                // A relaxed commit may be lost by the death of the process: only half-done transfers count there.
                lost += plan.durability() == Durability.RELAXED ? 0 : audit.lost(mustBeThere);
                torn += audit.torn();
                // What one recovery kept, the next may not lose, acknowledged or not.
                mustBeThere.or(audit.applied());
            }
            progress.step("killed " + (kill + 1) + " of " + plan.kills());
        }
        int kills = Math.max(1, plan.kills());
        return new Outcome(plan.kills(), acknowledged, millis / kills, redone / kills, undone / kills, lost, torn);
    }

    /** Lets a child run until it has acknowledged {@code count} transfers of its own, kills it, adds all it acknowledged, and returns how many. */
    private long killAfter(int count, String location, Path folder, BitSet mustBeThere) {
        Path errors = folder.resolveSibling(folder.getFileName() + ".child-errors");
        try {
            Process process = child.start(strategy, location, errors);
            int heard = 0;
            try (DataInputStream transfers = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
                while (true) {
                    mustBeThere.set(transfers.readInt());
                    if (++heard == count) {
                        // Through the handle: Process.destroyForcibly would close the pipe, and with it what is still in there.
                        process.toHandle().destroyForcibly();
                    }
                }
            } catch (EOFException e) {
                process.waitFor(1, TimeUnit.MINUTES);
            }
            if (heard < count) {
                List<String> said = Files.exists(errors) ? Files.readAllLines(errors, StandardCharsets.UTF_8) : List.of();
                throw new IllegalStateException("the child process ended by itself after " + heard + " transfers; it was to be killed after "
                        + count + (said.isEmpty() ? "" : "; it said: " + said.get(0)));
            }
            Files.deleteIfExists(errors);
            return heard;
        } catch (IOException e) {
            throw new IllegalStateException("the child process could not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while a child process was running", e);
        }
    }
}
