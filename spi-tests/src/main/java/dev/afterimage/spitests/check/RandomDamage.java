package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.Arrays;
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
import dev.afterimage.spitests.play.RandomLives;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.Scenario;
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
    private static final int MANY_PAGES = 12;
    private static final int LATER_ROUNDS_MAX = 8;
    private static final int BLOCKS_MAX = 8;

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
        /** So many pages are written by what comes after the story. */
        private int hot = 1;

        Spree(StoreUnderTest subject, Tally tally, SplittableRandom random) {
            this.subject = subject;
            this.tally = tally;
            this.random = random;
        }

        void run(long workload, int images) {
            try (Stage stage = new Stage(subject, workload)) {
                story(workload).play(stage);
                stage.actors().stream().filter(Actor::active).forEach(Actor::rollback);
                hot = 1 + random.nextInt(MANY_PAGES);
                if (random.nextInt(3) == 0) {
                    commit(stage, 1, Durability.RELAXED);
                    stage.closeStore();
                    DiskImage image = stage.disk().asIssued();
                    medium("T1", stage, image, image, image, images);
                    return;
                }
                DiskImage earlier = stage.disk().asSynced();
                int from = stage.history().commits().size() - 1;
                int kind = random.nextInt(6);
                if (kind < 2) {
                    laterCopy(stage);
                    copies(stage, earlier, random.nextBoolean() ? stage.disk().asSynced() : stage.disk().asIssued(), from, images);
                    return;
                }
                for (int count = 0; count < SMALL_COMMITS; count++) {
                    commit(stage, 1, Durability.POWER_SAFE);
                }
                DiskImage before = stage.disk().asSynced();
                for (int count = 0; count < LATER_COMMITS; count++) {
                    commit(stage, 1, Durability.POWER_SAFE);
                }
                DiskImage image = stage.disk().asSynced();
                if (kind == 2) {
                    recovery(stage, image, images);
                } else {
                    medium("T2", stage, earlier, before, image, images);
                }
            }
        }

        private Scenario story(long workload) {
            return random.nextBoolean() ? new RandomLives(workload) : new RandomWorkload(Mix.ALL.get(random.nextInt(Mix.ALL.size())), workload);
        }

        /** Small, so that writes of one shape stand in a row. */
        private void commit(Stage stage, int writes, Durability level) {
            Actor actor = stage.actor(0);
            actor.begin();
            write(stage, actor, writes);
            actor.commit(level);
        }

        private void write(Stage stage, Actor actor, int writes) {
            List<Long> pages = stage.history().latest().after().pages().stream().sorted().toList();
            for (int count = 0; count < writes; count++) {
                long page = pages.get(random.nextInt(Math.min(hot, pages.size())));
                if (actor.expected().canLock(page, true)) {
                    actor.write(page, 2, 4);
                }
            }
        }

        /** Goes on until the homes are younger, some of them, and hold what is not committed where they may. */
        private void laterCopy(Stage stage) {
            stage.checkpoint();
            for (int count = random.nextInt(LATER_ROUNDS_MAX); count >= 0; count--) {
                commit(stage, 1 + random.nextInt(3), Durability.POWER_SAFE);
                switch (random.nextInt(4)) {
                    case 0 -> stage.checkpoint();
                    case 1 -> stage.background();
                    default -> {
                    }
                }
            }
            if (random.nextBoolean()) {
                Actor unfinished = stage.actor(1);
                unfinished.begin();
                write(stage, unfinished, 1 + random.nextInt(3));
            }
            for (int count = random.nextInt(3); count >= 0; count--) {
                stage.checkpoint(); // more than one, where a checkpoint writes what was dirty at the last one
            }
            for (int count = random.nextInt(3); count > 0; count--) {
                commit(stage, 1 + random.nextInt(3), Durability.POWER_SAFE);
            }
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
                int way = random.nextInt(6);
                if (way == 0) {
                    misplace(rule, stage.model(), before, image);
                } else if (way < 4 || some.isEmpty()) {
                    List<Rot.Place> sectors = recent ? young : places;
                    String file = any(sectors.stream().map(Rot.Place::file).distinct().toList());
                    rot(rule, stage.model(), image, any(sectors.stream().filter(place -> place.file().equals(file)).toList()));
                } else {
                    String file = any(some.stream().map(DiskEvent.Written::name).distinct().toList()); // the file first: there are many more writes to some than to others
                    DiskEvent.Written one = any(some.stream().filter(write -> write.name().equals(file)).toList());
                    boolean alike = random.nextBoolean();
                    misdirect(rule, stage.model(), image, one, any(some.stream().filter(write -> write.name().equals(file) && (!alike || write.length() == one.length())).toList()), durable);
                }
            }
        }

        /** One block of the size of a page in the place of another of the same file. */
        private void misplace(String rule, ReferenceModel model, DiskImage before, DiskImage image) {
            int block = subject.pageSize();
            String file = any(image.names().stream().filter(name -> image.size(name) >= 2L * block).sorted().toList());
            List<Long> durable = new ArrayList<>();
            for (long at = 0; before.contains(file) && at + block <= Math.min(image.size(file), before.size(file)); at += block) {
                byte[] now = image.read(file, at, block);
                if (!Arrays.equals(now, new byte[block]) && Arrays.equals(now, before.read(file, at, block))) {
                    durable.add(at);
                }
            }
            long source = durable.isEmpty() ? 0 : any(durable);
            long target = durable.isEmpty() ? 0 : any(durable);
            if (source != target) {
                look(rule, "the block at " + source + " of " + file + " in the place of that at " + target, image.overwrite(file, target, image.read(file, source, block)), model, newest(model));
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
            int length = random.nextBoolean() ? longest : Math.min(longest, ALIGNMENT * (1 + random.nextInt(Math.max(1, Math.min(longest, SECTOR) / ALIGNMENT))));
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

        /** An earlier copy with one file of those that hold pages as the later one has it; and where the log's end is a witness, with one block of such a file. */
        private void copies(Stage stage, DiskImage earlier, DiskImage later, int from, int images) {
            List<CommitRecord> commits = stage.history().commits();
            List<CommittedState> once = commits.stream().map(CommitRecord::after).toList();
            Set<Long> tags = new HashSet<>();
            CommittedState now = once.get(once.size() - 1);
            now.pages().forEach(page -> {
                if (!now.page(page).equals(once.get(from).page(page))) {
                    tags.add(Objects.requireNonNull(now.page(page)).tag(2));
                }
            });
            int left = images;
            for (String file : later.names()) {
                if (MixedUp.holdsAny(later, file, tags)) {
                    look("T2", "an earlier copy with the file " + file + " of a later one", earlier.withFile(file, later.read(file, 0, Math.toIntExact(later.size(file)))), stage.model(), once);
                    if (subject.strategy().traits().redo()) {
                        left -= blocks(file, earlier, later, stage.model(), once, left);
                    }
                }
            }
        }

        private int blocks(String file, DiskImage earlier, DiskImage later, ReferenceModel model, List<CommittedState> once, int most) {
            int block = subject.pageSize();
            List<Long> younger = new ArrayList<>();
            for (long at = 0; earlier.contains(file) && at + block <= Math.min(earlier.size(file), later.size(file)); at += block) {
                if (!Arrays.equals(later.read(file, at, block), earlier.read(file, at, block))) {
                    younger.add(at);
                }
            }
            int count = Math.min(most, Math.min(younger.size(), BLOCKS_MAX));
            for (int number = 0; number < count; number++) {
                long at = any(younger);
                look("T2", "an earlier copy with the block at " + at + " of the file " + file + " of a later one", earlier.overwrite(file, at, later.read(file, at, block)), model, once);
            }
            return count;
        }

        /** Reads of recovery that fail, or find no memory. */
        private void recovery(Stage stage, DiskImage image, int images) {
            FailingRecovery recovery = new FailingRecovery(subject, tally);
            for (int count = 0; count < images; count++) {
                boolean memory = random.nextInt(3) == 0;
                int skip = random.nextInt(1 + random.nextInt(READS_BEFORE_ERROR)); // more often among the first: there may be no more
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
