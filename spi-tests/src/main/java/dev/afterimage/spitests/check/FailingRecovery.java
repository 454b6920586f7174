package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;

import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * The disk, or memory, gives out in the midst of recovery (rule T2, F8 of the fault model): that attempt fails with a typed error, or gets round it; it is never
 * taken for the end of the log, and the next attempt finds everything.
 */
public final class FailingRecovery {
    private static final int READS_MAX = 160;

    private final StoreUnderTest subject;
    private final Tally tally;

    /** Adds what it looks at to a tally. */
    public FailingRecovery(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** Each read of recovery fails once, in one attempt each. */
    public void readErrors() {
        each("an input/output error", (faults, skip) -> faults.failReads(file -> true, skip, 1));
    }

    /** Each read of recovery finds no memory once, in one attempt each. */
    public void noMemory() {
        each("a lack of memory", (faults, skip) -> faults.exhaustMemoryOnRead(file -> true, skip));
    }

    private void each(String what, ObjIntConsumer<DiskFaults> fault) {
        try (Stage stage = new Stage(subject, 3)) {
            // More log than is read at once, or in one file: what is lost when reading ends early must not be all there is.
            stage.create();
            List<Long> pages = stage.fill(2 * subject.cachePages());
            stage.checkpoint();
            DirectedScenario.muchLog(stage, pages);
            DirectedScenario.commitAfter(stage, 4);
            DiskImage image = stage.disk().asSynced();
            int skip = 0;
            while (skip < READS_MAX && fails(image, stage.model(), what + " in read " + skip + " of recovery", skip, fault)) {
                skip++;
            }
        }
    }

    boolean fails(DiskImage image, ReferenceModel model, String what, int skip, ObjIntConsumer<DiskFaults> fault) {
        tally.oneCase();
        SimulatedDisk disk = new SimulatedDisk(image);
        fault.accept(disk.faults(), skip);
        CommittedState wanted = model.history().latest().after();
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(wanted, model.transactions()), 5)) {
            try {
                stage.open(OpenMode.OPEN);
            } catch (StoreException | OutOfMemoryError e) {
                stage.disk().faults().clear();
                tryAgain(stage, model, what, wanted, e);
                return true;
            } catch (RuntimeException e) {
                throw new Violation("T2", what + ": expected a typed error, found " + e, e);
            }
            boolean struck = disk.faults().struck() > 0;
            disk.faults().clear();
            compare(stage, model, what, wanted);
            return struck;
        }
    }

    private static void tryAgain(Stage stage, ReferenceModel model, String what, CommittedState wanted, Throwable first) {
        try {
            stage.open(OpenMode.OPEN);
        } catch (RuntimeException e) {
            e.addSuppressed(first);
            throw new Violation("T2", what + ": expected the next attempt to succeed, found " + e, e);
        }
        compare(stage, model, what, wanted);
    }

    private static void compare(Stage stage, ReferenceModel model, String what, CommittedState wanted) {
        CommittedState found = Scan.of(stage.store(), Set.copyOf(model.knownPages()));
        if (!found.equals(wanted)) {
            throw new Violation("T2", what + ": expected all that was committed, found\n" + wanted.difference(found), null);
        }
    }
}
