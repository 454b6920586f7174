package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Writes that a device reports done and that never were, or were elsewhere: the right place is as old as it was, and nothing there looks amiss. To notice that takes a witness somewhere else, such as
 * a checksum in the parent or an audit of page LSNs. That is a capability: how many are noticed is measured, none is demanded; but whatever happens, no other error than a typed one may come of it.
 */
final class StrayWrites {
    private static final int WRITES_MAX = 60;
    private static final int ROUNDS = 4;

    private final StoreUnderTest subject;
    private final Tally tally;
    private int right;
    private int refused;
    private int silent;

    StrayWrites(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    void measure() {
        long away = subject.pageSize() / 512;
        String phantoms = each("a phantom write", (faults, skip) -> faults.loseWrite(file -> true, skip));
        String misdirected = each("a misdirected write", (faults, skip) -> faults.misdirectWrite(file -> true, skip, skip % 2 == 0 ? away : -away));
        tally.figures("phantom writes " + phantoms + "; misdirected writes " + misdirected);
    }

    private String each(String what, ObjIntConsumer<DiskFaults> fault) {
        right = 0;
        refused = 0;
        silent = 0;
        for (int skip = 0; skip < WRITES_MAX && strikes(what + ", number " + skip + ",", skip, fault); skip++) {
            tally.oneCase();
        }
        if (right + refused + silent == 0) {
            throw new Violation("T1", "no write was struck: the check measures nothing", null);
        }
        return (right + refused + silent) + ": " + right + " did no harm, " + refused + " were reported, " + silent + " were not noticed";
    }

    /** Strikes one write of a run, closes the store, and looks at what it holds; false if the run makes no such write. */
    private boolean strikes(String what, int skip, ObjIntConsumer<DiskFaults> fault) {
        try (Stage stage = new Stage(subject, 23)) {
            stage.create();
            List<Long> pages = stage.fill(2 * subject.cachePages());
            stage.checkpoint();
            CommittedState wanted = stage.history().latest().after();
            fault.accept(stage.disk().faults(), skip);
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    wanted = commit(stage, pages.subList(round * 2, round * 2 + 3));
                    stage.checkpoint();
                }
                stage.closeStore();
            } catch (Violation e) {
                if (!(e.getCause() instanceof StoreException)) {
                    throw e;
                }
                refused++; // a page read again while the store was open, and found wanting
                return true;
            }
            if (stage.disk().faults().struck() == 0) {
                return false;
            }
            look(what, stage.disk().asIssued(), stage.model(), wanted);
            return true;
        }
    }

    private static CommittedState commit(Stage stage, List<Long> pages) {
        Actor actor = stage.actor(0);
        actor.begin();
        pages.forEach(actor::write);
        actor.commit(Durability.POWER_SAFE);
        return stage.history().latest().after();
    }

    private void look(String what, DiskImage image, ReferenceModel model, CommittedState wanted) {
        SimulatedDisk disk = new SimulatedDisk(image);
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(wanted, model.transactions()), 5)) {
            stage.open(OpenMode.OPEN);
            if (Scan.of(stage.store(), Set.copyOf(model.knownPages())).equals(wanted)) {
                right++;
            } else {
                silent++;
            }
        } catch (StoreException e) {
            refused++;
        } catch (RuntimeException e) {
            throw new Violation("T1", what + " expected a state or a typed error, found " + e, e);
        }
    }
}
