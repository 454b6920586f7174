package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;
import org.jspecify.annotations.Nullable;

/**
 * Damage to the medium, and errors in recovery, drawn from a seed, after work drawn from the same seed: turned bits, lost sectors, writes that went to the place of another, files of a later copy, reads that fail.
 *
 * @param seed decides everything but how many
 * @param images how many stores are damaged
 */
record RandomDamage(long seed, int images) {
    private static final String TITLE = "damage-";
    private static final int SECTOR = 512;
    private static final int ALIGNMENT = 8;
    private static final int LATER_COMMITS = 3;
    private static final int SMALL_COMMITS = 12;
    private static final int READS_BEFORE_ERROR = 60;

    /** The one of that title, or null. */
    static @Nullable RandomDamage named(String title) {
        if (!title.matches(TITLE + "\\d{1,18}-\\d{1,6}")) {
            return null;
        }
        String[] words = title.split("-");
        return new RandomDamage(Long.parseLong(words[1]), Integer.parseInt(words[2]));
    }

    String title() {
        return TITLE + seed + "-" + images;
    }

    void run(StoreUnderTest subject, Tally tally) {
        new Spree(subject, tally, new SplittableRandom(seed)).run(seed, images);
    }

    private static final class Spree {
        private final StoreUnderTest subject;
        private final Tally tally;
        private final SplittableRandom random;

        Spree(StoreUnderTest subject, Tally tally, SplittableRandom random) {
            this.subject = subject;
            this.tally = tally;
            this.random = random;
        }

        void run(long workload, int images) {
            try (Stage stage = new Stage(subject, workload)) {
                new RandomWorkload(Mix.ALL.get(random.nextInt(Mix.ALL.size())), workload).play(stage);
                stage.actors().stream().filter(Actor::active).forEach(Actor::rollback);
                if (random.nextInt(3) == 0) {
                    commit(stage, Durability.RELAXED);
                    stage.closeStore();
                    DiskImage image = stage.disk().asIssued();
                    medium("T1", stage, image, image, image, images);
                    return;
                }
                DiskImage earlier = stage.disk().asSynced();
                int from = stage.history().commits().size() - 1;
                for (int count = 0; count < SMALL_COMMITS; count++) {
                    commit(stage, Durability.POWER_SAFE);
                }
                DiskImage before = stage.disk().asSynced();
                for (int count = 0; count < LATER_COMMITS; count++) {
                    commit(stage, Durability.POWER_SAFE);
                }
                DiskImage image = stage.disk().asSynced();
                switch (random.nextInt(6)) {
                    case 0, 1 -> recovery(stage, image, images);
                    case 2 -> {
                        stage.checkpoint(); // so that the later copy has younger homes
                        copies(stage, earlier, stage.disk().asSynced(), from);
                    }
                    default -> medium("T2", stage, earlier, before, image, images);
                }
            }
        }

        /** Small, so that writes of one shape stand in a row. */
        private void commit(Stage stage, Durability level) {
            List<Long> pages = stage.history().latest().after().pages().stream().sorted().toList();
            Actor actor = stage.actor(0);
            actor.begin();
            actor.write(pages.get(random.nextInt(Math.min(3, pages.size()))), 2, 4);
            actor.commit(level);
        }

        /** Sectors and writes that were durable {@code before}, and are the same in the image; every other time of those that are younger than what was {@code earlier}. */
        private void medium(String rule, Stage stage, DiskImage earlier, DiskImage before, DiskImage image, int images) {
            List<Rot.Place> places = Rot.places(before, image);
            Set<Rot.Place> durable = new HashSet<>(places);
            List<Rot.Place> old = Rot.places(earlier, image);
            List<Rot.Place> young = new ArrayList<>(places);
            young.removeAll(new HashSet<>(old));
            List<DiskEvent.Written> writes = stage.disk().trace().events().stream().filter(event -> event instanceof DiskEvent.Written write && MixedUp.stands(write, before, image))
                    .map(DiskEvent.Written.class::cast).toList();
            List<DiskEvent.Written> youngWrites = writes.stream().filter(write -> !MixedUp.stands(write, earlier, image)).toList();
            for (int count = 0; count < images; count++) {
                boolean recent = random.nextBoolean() && !young.isEmpty();
                List<DiskEvent.Written> some = recent ? youngWrites : writes;
                if (random.nextInt(3) > 0 || some.isEmpty()) {
                    List<Rot.Place> sectors = recent ? young : places;
                    String file = any(sectors.stream().map(Rot.Place::file).distinct().toList());
                    rot(rule, stage.model(), image, any(sectors.stream().filter(place -> place.file().equals(file)).toList()));
                } else {
                    String file = any(some.stream().map(DiskEvent.Written::name).distinct().toList()); // the file first: there are many more writes to some than to others
                    DiskEvent.Written one = any(some.stream().filter(write -> write.name().equals(file)).toList());
                    misdirect(rule, stage.model(), image, one, any(some.stream().filter(write -> write.name().equals(file)).toList()), durable);
                }
            }
        }

        private <T> T any(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private void rot(String rule, ReferenceModel model, DiskImage image, Rot.Place place) {
            if (random.nextInt(6) == 0) {
                look(rule, place + " zeroed", image.zeroSector(place.file(), place.sector()), model, newest(model));
                return;
            }
            byte[] bytes = image.read(place.file(), place.sector() * SECTOR, SECTOR);
            int at = random.nextInt(SECTOR);
            while (bytes[at] == 0) {
                at = (at + 1) % SECTOR;
            }
            int bit = random.nextInt(8);
            look(rule, place + " with bit " + bit + " of byte " + at + " turned", image.flipBit(place.file(), place.sector() * SECTOR + at, bit), model, newest(model));
        }

        /** The end of one write, or its beginning, in the place of another's of the same file. */
        private void misdirect(String rule, ReferenceModel model, DiskImage image, DiskEvent.Written one, DiskEvent.Written other, Set<Rot.Place> durable) {
            int longest = Math.min(one.length(), other.length());
            int length = random.nextInt(3) == 0 ? longest : Math.min(longest, ALIGNMENT * (1 + random.nextInt(Math.max(1, Math.min(longest, SECTOR) / ALIGNMENT))));
            boolean ends = random.nextBoolean();
            long source = one.position() + (ends ? one.length() - length : 0);
            long target = other.position() + (ends ? other.length() - length : 0);
            for (long sector = target / SECTOR; sector * SECTOR < target + length; sector++) {
                if (!durable.contains(new Rot.Place(one.name(), sector))) {
                    return;
                }
            }
            DiskImage damaged = image.overwrite(one.name(), target, image.read(one.name(), source, length));
            if (damaged.hash() != image.hash()) {
                look(rule, length + " bytes of " + one.name() + " at " + source + " in the place of those at " + target, damaged, model, newest(model));
            }
        }

        /** An earlier copy with one file of those that hold pages as the later one has it. */
        private void copies(Stage stage, DiskImage earlier, DiskImage later, int from) {
            List<CommitRecord> commits = stage.history().commits();
            List<CommittedState> once = commits.stream().map(CommitRecord::after).toList();
            Set<Long> tags = new HashSet<>();
            CommittedState now = once.get(once.size() - 1);
            now.pages().forEach(page -> {
                if (!now.page(page).equals(once.get(from).page(page))) {
                    tags.add(Objects.requireNonNull(now.page(page)).tag(2));
                }
            });
            for (String file : later.names()) {
                if (MixedUp.holdsAny(later, file, tags)) {
                    look("T2", "an earlier copy with the file " + file + " of a later one", earlier.withFile(file, later.read(file, 0, Math.toIntExact(later.size(file)))), stage.model(), once);
                }
            }
        }

        /** Reads of recovery that fail, or find no memory. */
        private void recovery(Stage stage, DiskImage image, int images) {
            FailingRecovery recovery = new FailingRecovery(subject, tally);
            for (int count = 0; count < images; count++) {
                boolean memory = random.nextInt(3) == 0;
                int skip = random.nextInt(READS_BEFORE_ERROR);
                tally.image(image.hash() + 2L * skip + (memory ? 1 : 0));
                recovery.fails(image, stage.model(), (memory ? "a lack of memory" : "an input/output error") + " in read " + skip + " of recovery", skip,
                        (faults, after) -> {
                            if (memory) {
                                faults.exhaustMemoryOnRead(file -> true, after);
                            } else {
                                faults.failReads(file -> true, after, 1);
                            }
                        });
            }
        }

        private static List<CommittedState> newest(ReferenceModel model) {
            return List.of(model.history().latest().after());
        }

        private void look(String rule, String what, DiskImage damaged, ReferenceModel model, List<CommittedState> allowed) {
            tally.image(damaged.hash());
            tally.looked(1);
            new Damaged(subject, tally).mustBeRefusedOrShow(rule, what, damaged, model, new ArrayList<>(allowed));
        }
    }
}
