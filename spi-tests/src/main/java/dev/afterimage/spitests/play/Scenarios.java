package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.Durability;

/** Finds scenarios by the names that stand in replay lines. */
public final class Scenarios {
    private Scenarios() {
    }

    /**
     * The scenario of that name.
     *
     * @throws IllegalArgumentException naming those there are
     */
    public static Scenario named(String title) {
        List<String> known = new ArrayList<>();
        for (DirectedScenario scenario : DirectedScenario.values()) {
            if (scenario.title().equals(title)) {
                return scenario;
            }
            known.add(scenario.title());
        }
        for (RestartScenario scenario : RestartScenario.values()) {
            if (scenario.title().equals(title)) {
                return scenario;
            }
            known.add(scenario.title());
        }
        for (NamedBugScenario scenario : NamedBugScenario.values()) {
            if (scenario.title().equals(title)) {
                return scenario;
            }
            known.add(scenario.title());
        }
        for (Regression scenario : Regression.values()) {
            if (scenario.title().equals(title)) {
                return scenario;
            }
            known.add(scenario.title());
        }
        for (SnapshotScenario scenario : SnapshotScenario.values()) {
            if (scenario.title().equals(title)) {
                return scenario;
            }
            known.add(scenario.title());
        }
        for (LateRollbackScenario scenario : LateRollbackScenario.values()) {
            if (scenario.title().equals(title)) {
                return scenario;
            }
            known.add(scenario.title());
        }
        for (Mix mix : Mix.ALL_AND_LONG) {
            Scenario workload = RandomWorkload.named(title, mix);
            if (workload != null) {
                return workload;
            }
            known.add(mix.title() + "-SEED");
        }
        for (Scenario scenario : new Scenario[] {FailedSync.named(title), FailedWrite.named(title), FullDisk.named(title), FailingRollback.named(title), KilledProcess.named(title), Interrupted.named(title), LargeTransaction.named(title), SnapshotWorkload.named(title), RandomLives.named(title)}) {
            if (scenario != null) {
                return scenario;
            }
        }
        Scenario clock = new ClockJumps();
        if (clock.title().equals(title)) {
            return clock;
        }
        Scenario reader = new ReaderDuringSync(Durability.POWER_SAFE);
        if (reader.title().equals(title)) {
            return reader;
        }
        known.addAll(ThreadsWorkload.titles());
        throw new IllegalArgumentException("scenario: expected one of " + known + ", found \"" + title + "\"");
    }
}
