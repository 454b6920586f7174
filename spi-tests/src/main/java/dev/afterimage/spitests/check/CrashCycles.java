package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.FullDisk;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/** Crashes a store over and over, each time with a little work in between (rule L2): what it holds stays right, and the space it takes stays bounded. */
public final class CrashCycles {
    private static final int CYCLES = 100;
    private static final int PAGES = 8;

    private final StoreUnderTest subject;
    private final Tally tally;

    /** Adds what it looks at to a tally. */
    public CrashCycles(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** A hundred lives of one store. */
    public void live() {
        ReferenceModel model = new ReferenceModel(CommittedState.of(Map.of()), 0);
        DiskImage image = DiskImage.EMPTY;
        List<Long> sizes = new ArrayList<>();
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            tally.oneCase();
            SimulatedDisk disk = new SimulatedDisk(image);
            try (Stage stage = new Stage(subject, disk, disk, model, cycle)) {
                open(stage, cycle);
                work(stage, cycle);
                image = cycle % 3 == 0 ? disk.asIssued() : disk.asSynced();
                sizes.add(FullDisk.bytes(image));
                model = new ReferenceModel(stage.history().latest().after(), stage.model().transactions());
            }
        }
        long early = Collections.max(sizes.subList(0, CYCLES / 2));
        long late = Collections.max(sizes.subList(CYCLES / 2, CYCLES));
        if (late > early + early / 4) {
            throw new Violation("L2", "over " + CYCLES + " crash cycles with the same few pages: expected bounded space, found " + early
                    + " bytes at most in the first half and " + late + " in the second; sizes " + sizes, null);
        }
    }

    private static void open(Stage stage, int cycle) {
        if (cycle == 0) {
            stage.create();
            return;
        }
        CommittedState wanted = stage.history().latest().after();
        stage.open(OpenMode.OPEN);
        CommittedState found = Scan.of(stage.store(), stage.model().knownPages());
        if (!found.equals(wanted)) {
            throw new Violation("D1", "after crash cycle " + cycle + ": expected what was committed, found\n" + wanted.difference(found), null);
        }
    }

    /** Rewrites, takes and gives back pages, all power safe; leaves something unfinished. */
    private static void work(Stage stage, int cycle) {
        Actor actor = stage.actor(0);
        for (int round = 0; round < 3; round++) {
            actor.begin();
            List<Long> pages = new ArrayList<>(stage.model().history().latest().after().pages());
            Collections.sort(pages);
            if (pages.size() < PAGES) {
                actor.allocate(0, 24);
            } else if (round == 1) {
                actor.free(pages.get(1 + cycle % (PAGES - 1)));
            }
            actor.write(pages.get(0));
            actor.commit(Durability.POWER_SAFE);
        }
        if (cycle % 10 == 9) {
            stage.checkpoint();
        }
        actor.begin();
        actor.write(stage.root());
        for (int count = 0; count < 4; count++) {
            actor.allocate(0, 24);
        }
    }
}
