package dev.afterimage.spitests.check;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spitests.model.Violation;

/**
 * What a campaign must have met at least once to mean anything: a sweep in which no crash ever cost a commit has not looked where it hurts. Safe for many
 * threads.
 */
public final class Marks {
    private final LongAdder lost = new LongAdder();
    private final LongAdder keptInDoubt = new LongAdder();
    private final LongAdder redone = new LongAdder();
    private final LongAdder undone = new LongAdder();
    private final LongAdder recovered = new LongAdder();
    private final LongAdder nested = new LongAdder();
    private final LongAdder secondCrashes = new LongAdder();

    void recovery(RecoveryReport report) {
        if (report.outcome() == RecoveryReport.Outcome.RECOVERED) {
            recovered.increment();
        }
        redone.add(report.transactionsRedone());
        undone.add(report.transactionsUndone());
    }

    void found(int place, int legal) {
        if (place < legal - 1) {
            lost.increment();
        }
        if (place > 0) {
            keptInDoubt.increment();
        }
    }

    void nested() {
        nested.increment();
    }

    void secondCrash() {
        secondCrashes.increment();
    }

    /** Fails where something was never met that a strategy of these traits must meet. */
    public void demand(StrategyTraits traits) {
        demand(lost, "a crash that cost a commit nobody had been promised");
        demand(keptInDoubt, "a crash that kept a commit nobody had been promised");
        demand(recovered, "a store that said it had been recovered");
        demand(nested, "a crash in the midst of recovery");
        demand(secondCrashes, "a crash right after recovery");
        if (traits.redo() && !traits.force()) {
            demand(redone, "a recovery that redid a commit and said so");
        }
        if (traits.undo() && traits.steal()) {
            demand(undone, "a recovery that undid a transaction and said so");
        }
    }

    /** How often each was met, by what it is, in the order in which it is told. */
    public Map<String, Long> counts() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("commits lost that nobody had been promised", lost.sum());
        counts.put("commits kept that nobody had been promised", keptInDoubt.sum());
        counts.put("recoveries", recovered.sum());
        counts.put("transactions redone", redone.sum());
        counts.put("transactions undone", undone.sum());
        counts.put("crashes in recovery", nested.sum());
        counts.put("crashes right after recovery", secondCrashes.sum());
        return counts;
    }

    private void demand(LongAdder mark, String what) {
        if (mark.sum() == 0) {
            throw new Violation("R1", "the campaign never met " + what + ": it proves nothing (" + this + ")", null);
        }
    }

    @Override
    public String toString() {
        return "lost " + lost + ", kept in doubt " + keptInDoubt + ", recovered " + recovered + ", redone " + redone + ", undone " + undone
                + ", crashed in recovery " + nested + ", crashed again " + secondCrashes;
    }
}
