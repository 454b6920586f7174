package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Map;

import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.LargeTransaction;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Transactions of 20,000 pages in a cache of 256, with the options' defaults (rule L1): they commit, they roll back, and the last one is unfinished when the process dies, or
 * the power fails.
 *
 * <p>Only these two crashes are looked at: the trace holds hundreds of megabytes, and smaller transactions show the rest.
 */
final class HugeTransaction {
    private static final int PAGES = 20_000;
    private static final int CACHE_PAGES = 256;

    private final StoreUnderTest subject;
    private final Tally tally;

    HugeTransaction(StoreUnderTest subject, Tally tally) {
        this.subject = new StoreUnderTest(subject.strategy(), Map.of(), subject.pageSize(), CACHE_PAGES);
        this.tally = tally;
    }

    void survive() {
        List<DiskImage> crashes;
        ReferenceModel committed;
        try (Stage stage = new Stage(subject, PAGES)) {
            new LargeTransaction(PAGES).play(stage);
            committed = new ReferenceModel(stage.history().latest().after(), stage.model().transactions());
            crashes = List.of(stage.disk().asIssued(), stage.disk().asSynced());
        }
        crashes.forEach(image -> requireCommitted(image, committed));
    }

    private void requireCommitted(DiskImage image, ReferenceModel committed) {
        tally.oneCase();
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.recording(false);
        try (Stage stage = new Stage(subject, disk, disk, committed, PAGES)) {
            stage.open(OpenMode.OPEN);
            CommittedState found = Scan.of(stage.store(), committed.knownPages());
            if (!found.equals(committed.history().latest().after())) {
                throw new Violation("L1", "after a crash in a transaction of " + PAGES + " pages: expected what was committed, found\n"
                        + committed.history().latest().after().difference(found), null);
            }
        }
    }
}
