package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Damages durable bytes, one sector at a time (rules T1 and T2): the store must then show exactly what was committed, or refuse with a typed error; what it must
 * never do is show anything else.
 *
 * <p>After a crash only sectors are damaged that were durable before the last {@value #LATER_COMMITS} commits: rot in the very last record cannot be told from a
 * torn tail without an independent witness of where the log ended, and no rule demands one.
 */
public final class Rot {
    private static final int SECTOR = 512;
    private static final int LATER_COMMITS = 3;
    private static final int FLIPS_MAX = 6;
    private static final int MISDIRECTED_BLOCKS = 24;
    private static final int SECTORS_OF_BYTES = 6;
    private static final long GROUP_PAGES = 1024;

    private final StoreUnderTest subject;
    private final Tally tally;
    private final int casesMax;

    /** Tries at most so many sectors, spread evenly. */
    public Rot(StoreUnderTest subject, Tally tally, int casesMax) {
        this.subject = subject;
        this.tally = tally;
        this.casesMax = casesMax;
    }

    record Place(String file, long sector) {
    }

    /** Damages a store that was closed in good order. */
    public void atRest() {
        try (Stage stage = new Stage(subject, 7)) {
            new RandomWorkload(Mix.MIXED, 7).play(stage);
            stage.actors().stream().filter(Actor::active).forEach(Actor::rollback);
            // Nobody waits for it, so closing has something to make durable: what the last write of all says is to be missed.
            stage.actor(0).begin();
            stage.actor(0).write(stage.root());
            stage.actor(0).commit(Durability.RELAXED);
            stage.closeStore();
            DiskImage image = stage.disk().asIssued();
            damage("T1", image, places(image, image), stage.model());
            misdirect(image, stage.model());
        }
    }

    /**
     * Damages each sector that is all there is in its block, in a store of two groups of pages that was closed in good order. Without that sector the block looks as if
     * nobody had ever written it. A map of the second group's pages that was such a block was lost without a word, and its pages with it.
     */
    public void aloneInItsBlock() {
        try (Stage stage = new Stage(subject, 17)) {
            stage.create();
            List<Long> pages = stage.fill(3);
            // Two who allocate at once do so in two groups.
            for (int number = 0; number < 2; number++) {
                Actor actor = stage.actor(number);
                actor.begin();
                actor.allocate(0, PageContent.SLOTS);
            }
            for (int number = 0; number < 2; number++) {
                stage.actor(number).commit(Durability.POWER_SAFE);
            }
            commit(stage, pages);
            stage.closeStore();
            DiskImage image = stage.disk().asIssued();
            if (stage.history().latest().after().pages().stream().max(Long::compare).orElseThrow() < GROUP_PAGES) {
                throw new Violation("T1", "expected pages in two groups, found one: the check proves nothing", null);
            }
            for (Place place : places(image, image)) {
                DiskImage damaged = image.zeroSector(place.file, place.sector);
                int block = subject.pageSize();
                long at = place.sector * SECTOR / block * block;
                if (at + block <= image.size(place.file) && Arrays.equals(damaged.read(place.file, at, block), new byte[block])) {
                    look("T1", place + " zeroed, which is all there is in its block", damaged, stage.model());
                }
            }
        }
    }

    /** Damages what was synced before the last few commits, after a power loss. */
    public void inWhatWasSynced() {
        try (Stage stage = new Stage(subject, 11)) {
            stage.create();
            List<Long> pages = stage.fill(6);
            for (int round = 0; round < 6; round++) {
                commit(stage, pages.subList(round % 3, round % 3 + 3));
            }
            DiskImage before = stage.disk().asSynced();
            for (int round = 0; round < LATER_COMMITS; round++) {
                commit(stage, pages.subList(round, round + 2));
            }
            DiskImage image = stage.disk().asSynced();
            damage("T2", image, places(before, image), stage.model());
        }
    }

    /** Damages each byte of a few sectors that were written by small commits and synced before the last few. */
    public void inEachByte() {
        try (Stage stage = new Stage(subject, 13)) {
            stage.create();
            List<Long> pages = stage.fill(4);
            commit(stage, pages);
            // What follows is the first that an opening writes after a crash: what marks its beginning is among the bytes.
            stage.crash(CrashKind.PROCESS);
            DiskImage start = stage.disk().asSynced();
            for (int round = 0; round < 6; round++) {
                small(stage, pages.get(round % 4));
            }
            DiskImage before = stage.disk().asSynced();
            for (int round = 0; round < LATER_COMMITS; round++) {
                small(stage, pages.get(round));
            }
            DiskImage image = stage.disk().asSynced();
            List<Place> recent = places(before, image).stream().filter(place -> !Arrays.equals(image.read(place.file, place.sector * SECTOR, SECTOR),
                    start.contains(place.file) ? start.read(place.file, place.sector * SECTOR, SECTOR) : new byte[0])).toList();
            for (Place place : recent.subList(0, Math.min(recent.size(), SECTORS_OF_BYTES))) {
                eachByte(image, place, stage.model());
            }
        }
    }

    private void eachByte(DiskImage image, Place place, ReferenceModel model) {
        byte[] bytes = image.read(place.file, place.sector * SECTOR, SECTOR);
        for (int at = 0; at < SECTOR; at++) {
            if (bytes[at] != 0) {
                look("T2", place + " with bit " + at % 8 + " of byte " + at + " turned", image.flipBit(place.file, place.sector * SECTOR + at, at % 8), model);
            }
        }
    }

    private static void small(Stage stage, long page) {
        Actor actor = stage.actor(0);
        actor.begin();
        actor.write(page, 2, 4);
        actor.commit(Durability.POWER_SAFE);
    }

    private static void commit(Stage stage, List<Long> pages) {
        Actor actor = stage.actor(0);
        actor.begin();
        pages.forEach(actor::write);
        actor.commit(Durability.POWER_SAFE);
    }

    /** Sectors that hold something, and the same in both images. */
    static List<Place> places(DiskImage earlier, DiskImage image) {
        List<Place> places = new ArrayList<>();
        byte[] zeros = new byte[SECTOR];
        for (String file : image.names()) {
            for (long sector = 0; earlier.contains(file) && (sector + 1) * SECTOR <= image.size(file); sector++) {
                byte[] now = image.read(file, sector * SECTOR, SECTOR);
                if (!Arrays.equals(now, zeros) && Arrays.equals(now, earlier.read(file, sector * SECTOR, SECTOR))) {
                    places.add(new Place(file, sector));
                }
            }
        }
        return places;
    }

    private void damage(String rule, DiskImage image, List<Place> places, ReferenceModel model) {
        if (places.isEmpty()) {
            throw new Violation(rule, "found no durable sector to damage: the check proves nothing", null);
        }
        int step = Math.max(1, (places.size() + casesMax - 1) / casesMax);
        int flips = Math.max(1, Math.min(FLIPS_MAX, casesMax / places.size()));
        for (int index = 0; index < places.size(); index += step) {
            Place place = places.get(index);
            look(rule, place + " zeroed", image.zeroSector(place.file, place.sector), model);
            for (int flip = 0; flip < flips; flip++) {
                long at = place.sector * SECTOR + usedByte(image, place, flip);
                look(rule, place + " with bit " + (flip + 5) % 8 + " of byte " + at + " turned", image.flipBit(place.file, at, (flip + 5) % 8), model);
            }
        }
    }

    /** A write that went to the wrong place: one page-sized block of a file holds what another should, and its own bytes are gone. */
    private void misdirect(DiskImage image, ReferenceModel model) {
        int block = subject.pageSize();
        for (String file : image.names()) {
            List<Long> used = new ArrayList<>();
            for (long at = 0; at + block <= image.size(file) && used.size() < MISDIRECTED_BLOCKS; at += block) {
                if (!Arrays.equals(image.read(file, at, block), new byte[block])) {
                    used.add(at);
                }
            }
            for (int index = 1; index < used.size(); index++) {
                byte[] bytes = image.read(file, used.get(index - 1), block);
                look("T1", "the block at " + used.get(index) + " of " + file + " with the bytes of the one before it",
                        image.overwrite(file, used.get(index), bytes), model);
            }
        }
    }

    /** A byte that is not zero, somewhere else each time. */
    private static int usedByte(DiskImage image, Place place, int flip) {
        byte[] bytes = image.read(place.file, place.sector * SECTOR, SECTOR);
        int at = (int) ((place.sector * 37 + flip * 149L) % SECTOR);
        while (bytes[at] == 0) {
            at = (at + 1) % SECTOR;
        }
        return at;
    }

    private void look(String rule, String damage, DiskImage image, ReferenceModel model) {
        new Damaged(subject, tally).mustBeRefusedOrShow(rule, damage, image, model, List.of(model.history().latest().after()));
    }
}
