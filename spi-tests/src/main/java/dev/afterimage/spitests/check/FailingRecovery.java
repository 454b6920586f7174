package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;

import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
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
    private static final int SECTOR = 512;
    private static final int SECTORS_OF_FILE = 24;

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

    /** Every read of recovery fails from some moment on, for as long as that attempt lasts. */
    public void readErrorsForGood() {
        each("input/output errors from then on", (faults, skip) -> faults.failReadsForGood(file -> true, skip));
    }

    /** Each write of recovery fails once: nothing is written, or one sector, or a part of one, or no byte at all. */
    public void writeErrors() {
        each("an input/output error", "write", (faults, skip) -> faults.failWrite(file -> true, skip, 0));
        each("an input/output error after one sector", "write", (faults, skip) -> faults.failWrite(file -> true, skip, 1));
        each("a short answer", "write", (faults, skip) -> faults.shortWrite(file -> true, skip, skip % 2 == 0 ? 0 : 700));
    }

    /** Each sync of recovery fails once, in each way a sync can fail. */
    public void failedSyncs() {
        for (SyncFailure failure : SyncFailure.values()) {
            each("a failure (" + failure + ")", "sync", (faults, skip) -> faults.failSync(file -> true, skip, failure));
        }
        each("a failure", "sync of names", (faults, skip) -> faults.failNamesSync(skip));
    }

    private void each(String what, ObjIntConsumer<DiskFaults> fault) {
        each(what, "read", fault);
    }

    /** A sector that cannot be read is reported, or not needed; when it can be read again, everything is there. */
    public void badSectors() {
        try (Stage stage = new Stage(subject, 3)) {
            stage.create();
            List<Long> pages = stage.fill(8);
            stage.checkpoint();
            DirectedScenario.muchLog(stage, pages);
            DirectedScenario.commitAfter(stage, 4);
            DiskImage image = stage.disk().asSynced();
            for (String file : image.names()) {
                List<Long> used = new ArrayList<>();
                for (long sector = 0; sector * SECTOR < image.size(file); sector++) {
                    if (!Arrays.equals(image.read(file, sector * SECTOR, SECTOR), new byte[SECTOR])) {
                        used.add(sector);
                    }
                }
                int step = 1 + used.size() / SECTORS_OF_FILE;
                for (int index = 0; index < used.size(); index += step) {
                    badSector(image, stage.model(), file, used.get(index));
                }
            }
        }
    }

    private void badSector(DiskImage image, ReferenceModel model, String file, long sector) {
        tally.oneCase();
        String what = "sector " + sector + " of " + file + " cannot be read";
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.faults().badSector(file, sector);
        CommittedState wanted = model.history().latest().after();
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(wanted, model.transactions()), 5)) {
            try {
                stage.open(OpenMode.OPEN);
                compare(stage, model, what, wanted);
                return;
            } catch (StoreException e) {
                disk.faults().clear();
            } catch (Violation e) {
                throw e;
            } catch (RuntimeException e) {
                throw new Violation("T2", what + ": expected a typed error, found " + e, e);
            }
        }
        SimulatedDisk healed = new SimulatedDisk(disk.asSynced());
        try (Stage stage = new Stage(subject, healed, healed, new ReferenceModel(wanted, model.transactions()), 5)) {
            stage.open(OpenMode.OPEN);
            compare(stage, model, what + " for a while", wanted);
        } catch (StoreException e) {
            throw new Violation("T2", what + " for a while: expected the store to open when it can be read again, found " + e, e);
        }
    }

    private void each(String what, String call, ObjIntConsumer<DiskFaults> fault) {
        try (Stage stage = new Stage(subject, 3)) {
            // More log than is read at once, or in one file: what is lost when reading ends early must not be all there is.
            stage.create();
            List<Long> pages = stage.fill(2 * subject.cachePages());
            stage.checkpoint();
            DirectedScenario.muchLog(stage, pages);
            DirectedScenario.commitAfter(stage, 4);
            DiskImage image = stage.disk().asSynced();
            int skip = 0;
            boolean reads = call.equals("read");
            while (skip < READS_MAX && fails(image, stage.model(), what + " in " + call + " " + skip + " of recovery", skip, fault, !reads)) {
                // Of reads each counts; writes and syncs of a kind follow one another.
                skip += reads ? 1 : 1 + skip / 4;
            }
        }
    }

    boolean fails(DiskImage image, ReferenceModel model, String what, int skip, ObjIntConsumer<DiskFaults> fault) {
        return fails(image, model, what, skip, fault, false);
    }

    private boolean fails(DiskImage image, ReferenceModel model, String what, int skip, ObjIntConsumer<DiskFaults> fault, boolean crashes) {
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
                if (crashes) {
                    afterCrash(stage, model, what, wanted);
                }
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

    /** The power fails right after the attempt that succeeded: with what it could see, and only that, made durable. */
    private void afterCrash(Stage stage, ReferenceModel model, String what, CommittedState wanted) {
        for (CrashState left : CrashStates.atEnd(stage.disk().trace())) {
            SimulatedDisk disk = new SimulatedDisk(left.image());
            try (Stage rebooted = new Stage(subject, disk, disk, new ReferenceModel(wanted, model.transactions()), 6)) {
                rebooted.open(OpenMode.OPEN);
                compare(rebooted, model, what + ", the next attempt succeeded, then the power failed", wanted);
            } catch (StoreException e) {
                throw new Violation("F1", what + ", the next attempt succeeded, then the power failed (" + left + "): expected recovery to succeed, found " + e, e);
            }
        }
    }

    private static void compare(Stage stage, ReferenceModel model, String what, CommittedState wanted) {
        CommittedState found = Scan.of(stage.store(), Set.copyOf(model.knownPages()));
        if (!found.equals(wanted)) {
            throw new Violation("T2", what + ": expected all that was committed, found\n" + wanted.difference(found), null);
        }
    }
}
