package dev.afterimage.spitests.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.Transaction;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spitests.model.Violation;

/** Hears what recoveries say of themselves, and holds them to it (rule R1). */
final class RecoveryWatch implements StoreListener {
    private final List<RecoveryProgress> progress = new ArrayList<>();
    private int reports;
    /** Of the recovery under way. */
    private @Nullable RecoveryProgress newest;

    @Override
    public void recoveryProgress(RecoveryProgress more) {
        progress.add(more);
        if (more.done() < 0 || more.done() > more.total()) {
            throw new Violation("R1", "progress: expected done between 0 and total, found " + more, null);
        }
        if (more.elapsed().isNegative() || more.estimatedLeft().filter(Duration::isNegative).isPresent()) {
            throw new Violation("R1", "progress: expected no negative time, found " + more, null);
        }
        RecoveryProgress before = newest;
        if (before != null && before.phase().equals(more.phase()) && (more.done() < before.done() || more.elapsed().compareTo(before.elapsed()) < 0)) {
            throw new Violation("R1", "progress: expected no step back in phase " + more.phase() + ", found " + more + " after " + before, null);
        }
        newest = more;
    }

    @Override
    public void recovered(RecoveryReport report) {
        reports++;
        newest = null;
    }

    /** What one transaction that did not end must leave in the report of a strategy that undoes in recovery. Not every such strategy writes compensation records: undo in undo pages needs none. */
    static void expectUndone(RecoveryReport report, int changesMin) {
        long changes = report.phases().stream().mapToLong(RecoveryPhase::changesUndone).sum();
        if (report.transactionsUndone() != 1 || changes < changesMin) {
            throw new Violation("R1", "expected one transaction undone, with at least " + changesMin + " changes, found " + report, null);
        }
    }

    /** Whether the numbers of a report fit each other and what the strategy promises. */
    static void expectConsistent(RecoveryReport report, StrategyTraits traits) {
        Duration phases = Duration.ZERO;
        long redone = 0;
        long undone = 0;
        long compensations = 0;
        for (RecoveryPhase phase : report.phases()) {
            if (LongStream.of(phase.records(), phase.pagesRead(), phase.pagesWritten(), phase.changesRedone(), phase.changesSkipped(), phase.changesUndone(),
                    phase.compensationRecords(), phase.bytesRead(), phase.duration().toNanos(), phase.to() - phase.from()).anyMatch(number -> number < 0)) {
                throw new Violation("R1", "expected no negative number, found " + phase, null);
            }
            phases = phases.plus(phase.duration());
            redone += phase.changesRedone();
            undone += phase.changesUndone();
            compensations += phase.compensationRecords();
        }
        require(phases.compareTo(report.duration()) <= 0, "the phases to take no longer than all of it", report);
        require(report.transactionsRedone() == 0 || redone > 0, "changes redone where transactions are", report);
        require(undone == 0 || report.transactionsUndone() > 0, "transactions undone where changes are", report);
        require(compensations <= undone, "no more compensation records than changes undone", report);
        require(traits.undo() || undone == 0, "nothing undone by a strategy that declares no undo", report);
        require(traits.redo() || redone == 0, "nothing redone by a strategy that declares no redo", report);
    }

    private static void require(boolean holds, String what, RecoveryReport report) {
        if (!holds) {
            throw new Violation("R1", "expected " + what + ", found " + report, null);
        }
    }

    void expect(RecoveryReport report, RecoveryReport.Outcome outcome) {
        if (report.outcome() != outcome) {
            throw new Violation("R1", "expected recovery to report " + outcome + ", found " + report, null);
        }
        if (outcome == RecoveryReport.Outcome.RECOVERED && report.phases().isEmpty()) {
            throw new Violation("R1", "expected a recovery after a crash to report its phases, found none in " + report, null);
        }
        if (outcome != RecoveryReport.Outcome.RECOVERED && report.transactionsRedone() + report.transactionsUndone() > 0) {
            throw new Violation("R1", "expected nothing redone or undone where there was no crash, found " + report, null);
        }
    }

    /** Transaction numbers go on above what the report says. */
    void expectNumbering(PageStore store) {
        try (Transaction transaction = store.begin()) {
            if (transaction.id() <= store.recoveryReport().highestTransactionId()) {
                throw new Violation("R1", "expected transaction numbers above " + store.recoveryReport().highestTransactionId() + ", found " + transaction.id(), null);
            }
        }
    }

    void expectProgress() {
        if (progress.isEmpty()) {
            throw new Violation("R1", "expected recovery to report progress at least once, found silence", null);
        }
        if (reports == 0) {
            throw new Violation("R1", "expected the listener to be given a report, found none", null);
        }
    }
}
