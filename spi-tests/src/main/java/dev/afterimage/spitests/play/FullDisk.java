package dev.afterimage.spitests.play;

import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreState;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * The disk fills up in the midst of work (rule F2): what does not fit is refused with a typed error and leaves nothing, reads and rollbacks work, and the store
 * can be closed and opened again with no room at all.
 *
 * @param sectors room for so many sectors of 512 bytes beyond what a store with a few pages has
 */
public record FullDisk(int sectors) implements Scenario {
    private static final String PREFIX = "full-disk-";
    /** Enough for the disk to fill up even where pages and log have room laid by for a long time. */
    private static final int ROUNDS = 80;

    /** Reads a title; null if it is none of these. */
    @Nullable
    static FullDisk named(String title) {
        return title.matches(PREFIX + "\\d{1,7}") ? new FullDisk(Integer.parseInt(title.substring(PREFIX.length()))) : null;
    }

    @Override
    public String title() {
        return PREFIX + sectors;
    }

    @Override
    public void play(Stage stage) {
        List<Long> pages = fill(stage);
        mustStillServe(stage);
        stage.reopen();
        mustStillServe(stage);
        stage.disk().faults().clear();
        int refusals = stage.refusals().size();
        DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
        if (stage.hasFailed() || stage.refusals().size() > refusals) {
            throw new Violation("F2", "with room again: expected work to be taken, found " + stage.failure() + " " + stage.refusals(), stage.failure());
        }
    }

    /** Plays until the disk is full; the answer is the pages there were before. */
    public List<Long> fill(Stage stage) {
        stage.create();
        List<Long> pages = stage.fill(4);
        stage.disk().faults().capacityBytes(stage.disk().allocatedBytes() + sectors * 512L);
        fillUp(stage);
        return pages;
    }

    /** Bytes of all files, in whole sectors. */
    public static long bytes(DiskImage image) {
        return image.names().stream().mapToLong(name -> (image.size(name) + 511) / 512 * 512).sum();
    }

    private static void fillUp(Stage stage) {
        int before = stage.refusals().size();
        for (int round = 0; round < ROUNDS && stage.refusals().size() < before + 3; round++) {
            Actor actor = stage.actor(0);
            actor.begin();
            boolean going = true;
            for (int count = 0; going && count < 6; count++) {
                going = actor.allocate(0, 24) >= 0;
            }
            if (going && round % 5 == 4) {
                going = actor.rollback() && false;
            }
            if (going) {
                actor.commit(round % 3 == 1 ? Durability.RELAXED : Durability.POWER_SAFE);
            }
            if (round % 4 == 3 && !stage.hasFailed()) {
                stage.checkpoint();
            }
            mustBeOpen(stage);
        }
    }

    private static void mustBeOpen(Stage stage) {
        if (stage.hasFailed() || stage.store().state() != StoreState.OPEN) {
            throw new Violation("F2", "on a full disk: expected the store to stay open, found " + stage.store().state() + " after " + stage.failure(),
                    stage.failure());
        }
    }

    private static void mustStillServe(Stage stage) {
        CommittedState wanted = stage.history().latest().after();
        CommittedState found = Scan.of(stage.store(), stage.model().knownPages());
        if (!found.equals(wanted)) {
            throw new Violation("F2", "on a full disk: expected reads to show what was committed, found\n" + wanted.difference(found), null);
        }
        Actor actor = stage.actor(1);
        actor.begin();
        actor.write(stage.root());
        if (actor.active()) {
            actor.rollback();
        }
        mustBeOpen(stage);
    }
}
