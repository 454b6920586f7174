package dev.afterimage.spitests.check;

import java.util.Set;

import dev.afterimage.api.Durability;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.watch.Homes;
import dev.afterimage.spitests.monitor.Monitor;
import dev.afterimage.spitests.watch.ProtocolWatch;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Plays scenarios under the eyes of the monitors, each with the recovery from a power loss at its end, a commit and a checkpoint after that.
 *
 * <p>Where pages live is learned first, from a store of many pages that is closed in good order and read. That holds for other stores of a strategy that writes pages in place; where they are copied on write there are no homes, and what concerns homes is not watched.
 */
final class WatchedRun {
    private final StoreUnderTest subject;
    private final Set<Monitor> monitors;
    private final Tally tally;
    private final Homes homes;

    WatchedRun(StoreUnderTest subject, Set<Monitor> monitors, Tally tally) {
        this.subject = subject;
        this.monitors = monitors;
        this.tally = tally;
        this.homes = subject.strategy().traits().tornPageProtection() == TornPageProtection.COPY_ON_WRITE ? new Homes() : HomeSearch.of(subject);
    }

    void play(Scenario scenario) {
        tally.oneCase();
        ProtocolWatch watch = new ProtocolWatch(subject.strategy(), monitors, homes);
        try (Stage stage = new Stage(subject, scenario.seed())) {
            stage.watchedBy(watch);
            scenario.play(stage);
            watch.requireKept();
            restart(stage, watch);
        }
        watch.requireKept();
        tally.marks().watched(watch.watched(), watch.stolen(), watch.usedAgain(), homes.size());
    }

    private void restart(Stage before, ProtocolWatch watch) {
        History.Legal legal = before.history().legalAt(before.now(), CrashKind.POWER);
        boolean mustExist = before.history().mustExistAt(before.now());
        SimulatedDisk disk = new SimulatedDisk(before.disk().asSynced());
        ReferenceModel unknown = new ReferenceModel(legal.states().get(0).after(), before.model().transactions());
        try (Stage after = new Stage(subject, disk, disk, unknown, 1)) {
            watch.begins(disk, sequence -> legal, transaction -> null);
            CommittedState found = Oracle.recover(after, before.model().knownPages(), mustExist);
            watch.requireKept();
            after.continuedWith(new ReferenceModel(found, before.model().transactions()));
            after.watchedBy(watch);
            Actor actor = after.actor(0);
            actor.begin();
            actor.write(after.root());
            actor.commit(Durability.POWER_SAFE);
            after.checkpoint();
        }
    }
}
