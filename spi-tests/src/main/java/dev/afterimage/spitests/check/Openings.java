package dev.afterimage.spitests.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreLockedException;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.play.ThreadsRun;
import dev.afterimage.spitests.play.ThreadsWorkload;
import dev.afterimage.spitests.schedule.Twin;

/** Two openers of one store (rule F4), and one workload played twice (rule N1). */
public final class Openings {
    private final StoreUnderTest subject;
    private final Tally tally;

    /** Adds what it looks at to a tally. */
    public Openings(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** The second opener is told so, and the first goes on undisturbed. */
    public void second() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 1)) {
            stage.create();
            DirectedScenario.commitAfter(stage, 1);
            try (Stage intruder = new Stage(subject, stage.disk(), stage.disk(), new ReferenceModel(stage.history().latest().after(), 0), 2)) {
                refused(intruder);
            }
            DirectedScenario.commitAfter(stage, 1);
            stage.reopen();
        }
    }

    private static void refused(Stage intruder) {
        PageStore opened;
        try {
            opened = intruder.open(OpenMode.OPEN);
        } catch (StoreLockedException e) {
            return;
        } catch (RuntimeException e) {
            throw new Violation("F4", "second opener: expected StoreLockedException, found " + e, e);
        }
        throw new Violation("F4", "second opener: expected StoreLockedException, found a store that is " + opened.state(), null);
    }

    /** A killed opener's lock does not outlive it, and its lock file, if there is one, is in nobody's way. */
    public void afterKilled() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 1)) {
            stage.create();
            DirectedScenario.commitAfter(stage, 1);
            SimulatedDisk disk = new SimulatedDisk(stage.disk().asIssued());
            try (Stage heir = new Stage(subject, disk, disk, new ReferenceModel(stage.history().latest().after(), 0), 2)) {
                heir.open(OpenMode.OPEN);
                if (!Scan.of(heir.store(), stage.model().knownPages()).equals(stage.history().latest().after())) {
                    throw new Violation("F4", "after its opener was killed: expected the store as it was, found another state", null);
                }
            } catch (RuntimeException e) {
                throw new Violation("F4", "after its opener was killed: expected the store to open, found " + e, e);
            }
        }
    }

    /** One seed, played twice: the disk must have been asked the same. */
    public void twice(long seed) {
        tally.oneCase();
        String first = fingerprint(seed);
        String second = fingerprint(seed);
        if (!first.equals(second)) {
            throw new Violation("N1", "the same workload with the same clock, tasks and random source: expected the disk to be asked the same, found "
                    + first + " and " + second, null);
        }
    }

    /** One seed, played with two clocks that are decades apart: the disk must have been asked the same, but for the bytes. */
    public void withTwoClocks(long seed) {
        tally.oneCase();
        List<String> one = calls(seed, Duration.ZERO);
        List<String> other = calls(seed, Duration.ofDays(-50 * 365));
        for (int index = 0; index < Math.max(one.size(), other.size()); index++) {
            String first = index < one.size() ? one.get(index) : "nothing more";
            String second = index < other.size() ? other.get(index) : "nothing more";
            if (!first.equals(second)) {
                throw new Violation("N1", "the same workload with another clock: expected the disk to be asked the same, found, as call " + index + ", " + first + " with one and " + second
                        + " with the other", null);
            }
        }
    }

    private List<String> calls(long seed, Duration clock) {
        try (Stage stage = new Stage(subject, seed)) {
            if (!clock.isZero()) {
                stage.time().reboot(clock);
            }
            new RandomWorkload(Mix.MIXED, seed).play(stage);
            List<String> calls = new ArrayList<>();
            for (DiskEvent event : stage.disk().trace().events()) {
                calls.add(event instanceof DiskEvent.Written write ? "write of " + write.length() + " bytes to " + write.name() + " at " + write.position() : event.toString());
            }
            return calls;
        }
    }

    private String fingerprint(long seed) {
        try (Stage stage = new Stage(subject, seed)) {
            new RandomWorkload(Mix.MIXED, seed).play(stage);
            return stage.now() + " calls, " + stage.disk().trace().syncCompletions() + " syncs, issued " + Long.toHexString(stage.disk().asIssued().hash())
                    + ", synced " + Long.toHexString(stage.disk().asSynced().hash());
        }
    }

    /** A few seeds, each of several threads and played twice: the disk must have been asked the same, and the threads have seen the same. */
    public void sameTurnsTwice(int seeds) {
        Optional<Twin> twin = subject.twin();
        for (int seed = 1; twin.isPresent() && seed <= seeds; seed++) {
            tally.oneCase();
            ThreadsWorkload workload = new ThreadsWorkload(ThreadsWorkload.Order.SCHEDULED, ThreadsWorkload.Lean.MIXED, seed);
            ThreadsRun.Played first = new ThreadsRun(subject, workload, twin).play();
            ThreadsRun.Played second = new ThreadsRun(subject, workload, twin).play();
            // Who waits for what the scheduler does not see, in a way that the rules allow, may be seen to come back at another time.
            if (first.hiddenWaits() + second.hiddenWaits() == 0 && !first.fingerprint().equals(second.fingerprint())) {
                throw new Violation("N1", workload.title() + ", the same threads with the same turns: expected the disk to be asked the same, found " + first.fingerprint() + " and "
                        + second.fingerprint(), null);
            }
        }
    }
}
