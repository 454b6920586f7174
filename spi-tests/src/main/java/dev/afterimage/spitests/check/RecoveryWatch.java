package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.Transaction;
import dev.afterimage.spitests.model.Violation;

/** Hears what recoveries say of themselves, and holds them to it (rule R1). */
final class RecoveryWatch implements StoreListener {
    private final List<RecoveryProgress> progress = new ArrayList<>();
    private int reports;

    @Override
    public void recoveryProgress(RecoveryProgress more) {
        progress.add(more);
        if (more.done() < 0 || more.done() > more.total()) {
            throw new Violation("R1", "progress: expected done between 0 and total, found " + more, null);
        }
    }

    @Override
    public void recovered(RecoveryReport report) {
        reports++;
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
