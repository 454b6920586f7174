package dev.afterimage.spitests.check;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spitests.model.Violation;

/**
 * What a campaign must have met at least once to mean anything: a sweep in which no crash ever cost a commit has not looked where it hurts. Safe for many
 * threads.
 */
public final class Marks {
    private static final int USED_AGAIN_MIN = 3;

    private final LongAdder lost = new LongAdder();
    private final LongAdder keptInDoubt = new LongAdder();
    private final LongAdder redone = new LongAdder();
    private final LongAdder undone = new LongAdder();
    private final LongAdder recovered = new LongAdder();
    private final LongAdder nested = new LongAdder();
    private final LongAdder secondCrashes = new LongAdder();
    private final LongAdder watched = new LongAdder();
    private final LongAdder stolen = new LongAdder();
    private final LongAdder homesKnown = new LongAdder();
    private final LongAdder usedAgain = new LongAdder();
    private final LongAdder compensated = new LongAdder();
    private final LongAdder repaired = new LongAdder();
    private final LongAdder tailsCut = new LongAdder();
    private final LongAdder failedSyncs = new LongAdder();
    private final LongAdder fullDisks = new LongAdder();
    private final ConcurrentMap<String, LongAdder> phases = new ConcurrentSkipListMap<>();

    void watched(long calls, long values, long again, int homes) {
        watched.add(calls);
        stolen.add(values);
        usedAgain.add(again);
        homesKnown.add(homes);
    }

    /** Calls of the disk that monitors watched. */
    public long calls() {
        return watched.sum();
    }

    void recovery(RecoveryReport report) {
        if (report.outcome() == RecoveryReport.Outcome.RECOVERED) {
            recovered.increment();
        }
        redone.add(report.transactionsRedone());
        undone.add(report.transactionsUndone() + report.transactionsRollingBack());
        repaired.add(report.pagesRepaired());
        tailsCut.add(report.tailBytesCut() > 0 ? 1 : 0);
        report.phases().forEach(phase -> compensated.add(phase.compensationRecords()));
    }

    /** A recovery was crashed in a phase; empty before the first one that was heard of. */
    void nestedIn(String phase) {
        nested.increment();
        phases.computeIfAbsent(phase.isEmpty() ? "its beginning" : phase, name -> new LongAdder()).increment();
    }

    void failedSync() {
        failedSyncs.increment();
    }

    void fullDisk() {
        fullDisks.increment();
    }

    void found(int place, int legal) {
        if (place < legal - 1) {
            lost.increment();
        }
        if (place > 0) {
            keptInDoubt.increment();
        }
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
        phases.forEach((phase, count) -> counts.put("crashes in " + phase, count.sum()));
        counts.put("crashes right after recovery", secondCrashes.sum());
        counts.put("compensation records", compensated.sum());
        counts.put("torn pages repaired", repaired.sum());
        counts.put("torn tails cut", tailsCut.sum());
        counts.put("syncs that failed", failedSyncs.sum());
        counts.put("disks that were full", fullDisks.sum());
        counts.put("calls watched", watched.sum());
        counts.put("unfinished values that went home", stolen.sum());
        counts.put("times space was used again", usedAgain.sum());
        return counts;
    }

    /** Fails where monitors watched hardly anything: nothing was used again, no home is known where homes matter, nothing was stolen where stealing is declared. */
    public void demandWatched(StrategyTraits traits) {
        demand(watched, "a call of the disk to watch");
        if (traits.redo() && traits.tornPageProtection() != TornPageProtection.COPY_ON_WRITE) {
            demand(homesKnown, "a page's home");
        }
    }

    /** Fails where no value of unfinished work was seen to go home, and stealing is declared. */
    public void demandStolen(StrategyTraits traits) {
        if (traits.steal() && homesKnown.sum() > 0) {
            demand(stolen, "unfinished work that goes home");
        }
    }

    /** Fails where space was not used again three times. */
    public void demandUsedAgain() {
        if (usedAgain.sum() < USED_AGAIN_MIN) {
            throw new Violation("R1", "the campaign saw space used again less than " + USED_AGAIN_MIN + " times: it proves nothing (" + this + ")", null);
        }
    }

    /** Fails where no torn page was repaired, and the strategy says that it repairs them from copies. */
    public void demandRepairs(StrategyTraits traits) {
        if (traits.tornPageProtection() == TornPageProtection.DOUBLEWRITE || traits.tornPageProtection() == TornPageProtection.FULL_PAGE_IMAGES) {
            demand(repaired, "a torn page that was repaired, and reported");
        }
    }

    /** Fails where no torn tail was cut off, and there is a log. */
    public void demandTails(StrategyTraits traits) {
        if (traits.redo()) {
            demand(tailsCut, "a torn tail of the log that was cut off, and reported");
        }
    }

    /** Fails where no sync failed. */
    public void demandFailedSyncs() {
        demand(failedSyncs, "a sync that failed");
    }

    /** Fails where no disk was full. */
    public void demandFullDisks() {
        demand(fullDisks, "a full disk");
    }

    private void demand(LongAdder mark, String what) {
        if (mark.sum() == 0) {
            throw new Violation("R1", "the campaign never met " + what + ": it proves nothing (" + this + ")", null);
        }
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ");
        counts().forEach((what, count) -> {
            if (count > 0) {
                text.add(what + ' ' + count);
            }
        });
        return text.length() == 0 ? "nothing met" : text.toString();
    }
}
