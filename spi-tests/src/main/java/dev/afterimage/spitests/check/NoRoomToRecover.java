package dev.afterimage.spitests.check;

import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.FullDisk;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/** Opens what a crash on a full disk left, without one byte more than it left, twice (rule F2: reopening always works). */
final class NoRoomToRecover {
    private final StoreUnderTest subject;
    private final Tally tally;

    NoRoomToRecover(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    void afterCrash(FullDisk scenario) {
        try (Stage stage = new Stage(subject, scenario.seed())) {
            scenario.fill(stage);
            if (!stage.refusals().isEmpty()) {
                tally.marks().fullDisk();
            }
            History.Legal kill = stage.history().legalAt(stage.now(), CrashKind.PROCESS);
            open(scenario, open(scenario, stage.disk().asIssued(), kill, stage.model()), kill, stage.model());
            History.Legal power = stage.history().legalAt(stage.now(), CrashKind.POWER);
            open(scenario, open(scenario, stage.disk().asSynced(), power, stage.model()), power, stage.model());
        }
    }

    private DiskImage open(FullDisk scenario, DiskImage image, History.Legal legal, ReferenceModel model) {
        tally.oneCase();
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.faults().capacityBytes(FullDisk.bytes(image));
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(legal.states().get(0).after(), model.transactions()), 5)) {
            stage.open(OpenMode.OPEN);
            CommittedState found = Scan.of(stage.store(), model.knownPages());
            if (legal.find(found) == null) {
                throw new Violation("F2", scenario.title() + ", crashed, opened without room: expected a legal state, found another; it differs from the newest by\n"
                        + legal.states().get(legal.states().size() - 1).after().difference(found), null);
            }
            return disk.asIssued();
        } catch (RuntimeException e) {
            throw new Violation("F2", scenario.title() + ", crashed, opened without room: expected it to open, found " + e, e);
        }
    }
}
