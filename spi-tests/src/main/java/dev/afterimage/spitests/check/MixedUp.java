package dev.afterimage.spitests.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Right bytes in the wrong place, or of the wrong time (rule T2; G5 and L6 of the fault model): the store then shows a state that once was committed, or refuses with a typed error.
 */
final class MixedUp {
    private static final int ALIGNMENT = 8;
    private static final int COMMITS = 8;
    private static final int LATER_COMMITS = 3;
    private static final int BLOCKS_MAX = 40;

    private final StoreUnderTest subject;
    private final Tally tally;

    MixedUp(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** Commits of one shape in a row, so that the writes of one fit where those of the next are: the end of one write, in all lengths, is put over the end of the next one of its file. */
    void misdirectedWrites() {
        try (Stage stage = new Stage(subject, 17)) {
            stage.create();
            List<Long> pages = stage.fill(4);
            DirectedScenario.commitAfter(stage, 1);
            long from = stage.now();
            for (int count = 0; count < COMMITS; count++) {
                commit(stage, pages.get(count % 4));
            }
            long to = stage.now();
            DiskImage before = stage.disk().asSynced();
            for (int count = 0; count < LATER_COMMITS; count++) {
                commit(stage, pages.get(count % 4));
            }
            DiskImage image = stage.disk().asSynced();
            CommittedState wanted = stage.history().latest().after();
            Map<String, DiskEvent.Written> lastOf = new HashMap<>();
            for (DiskEvent event : stage.disk().trace().events()) {
                if (event instanceof DiskEvent.Written write && write.call().returned() > from && write.call().returned() <= to) {
                    DiskEvent.Written earlier = lastOf.put(write.name(), write);
                    if (earlier != null && earlier.position() != write.position() && stands(write, before, image) && stands(earlier, before, image)) {
                        misdirect(earlier, write, image, stage.model(), wanted);
                    }
                }
            }
        }
    }

    static boolean stands(DiskEvent.Written write, DiskImage before, DiskImage image) {
        return image.contains(write.name()) && before.contains(write.name()) && write.position() + write.length() <= Math.min(image.size(write.name()), before.size(write.name()))
                && Arrays.equals(before.read(write.name(), write.position(), write.length()), image.read(write.name(), write.position(), write.length()));
    }

    private void misdirect(DiskEvent.Written write, DiskEvent.Written next, DiskImage image, ReferenceModel model, CommittedState wanted) {
        int longest = Math.min(write.length(), next.length());
        int step = Math.max(ALIGNMENT, longest / 64 / ALIGNMENT * ALIGNMENT);
        for (int length = ALIGNMENT; length <= longest; length += step) {
            byte[] bytes = image.read(write.name(), write.position() + write.length() - length, length);
            DiskImage damaged = image.overwrite(next.name(), next.position() + next.length() - length, bytes);
            if (damaged.hash() != image.hash()) {
                look("the last " + length + " bytes written to " + write.name() + " at " + write.position() + " in the place of those written at " + next.position(), damaged, model, List.of(wanted));
            }
        }
    }

    /** A copy of the store made at one time, with one file of those that hold pages as a later copy has it. */
    void oneFileOfALaterCopy() {
        try (Stage stage = new Stage(subject, 19)) {
            stage.create();
            List<Long> pages = stage.fill(8);
            for (int round = 0; round < 3; round++) {
                stage.checkpoint(); // more than one, until nothing is left to be redone of most pages
                commit(stage, pages.get(0));
            }
            DiskImage earlier = stage.disk().asSynced();
            CommitRecord first = stage.history().latest();
            for (int round = 0; round < 4; round++) {
                // Not the pages that recovery of the earlier copy looks at: it must not take recovery to find what is amiss.
                pages.subList(1, pages.size()).forEach(page -> commit(stage, page));
                stage.checkpoint();
            }
            // Where a checkpoint writes what was dirty at the last one, it takes home one of the two pages that this transaction changes, and leaves the other: so the homes by themselves are no state.
            commit(stage, pages.get(1));
            stage.checkpoint();
            Actor both = stage.actor(0);
            both.begin();
            both.write(pages.get(1));
            both.write(pages.get(2));
            both.commit(Durability.POWER_SAFE);
            // Where homes may hold what is not committed, they do: its undo is elsewhere.
            Actor unfinished = stage.actor(1);
            unfinished.begin();
            unfinished.write(pages.get(3));
            stage.checkpoint();
            DiskImage later = stage.disk().asSynced();
            List<CommittedState> once = new ArrayList<>();
            List<CommitRecord> commits = stage.history().commits();
            commits.subList(commits.indexOf(first), commits.size()).forEach(commit -> once.add(commit.after()));
            Set<Long> tags = new HashSet<>();
            pages.subList(1, pages.size()).forEach(page -> tags.add(Objects.requireNonNull(once.get(once.size() - 1).page(page)).tag(2)));
            for (String file : later.names()) {
                if (!holdsAny(later, file, tags)) {
                    continue; // what holds no pages, such as a control block, may be all the witness there is
                }
                DiskImage mixed = earlier.withFile(file, later.read(file, 0, Math.toIntExact(later.size(file))));
                look("an earlier copy with the file " + file + " of a later one", mixed, stage.model(), once);
                if (subject.strategy().traits().redo()) {
                    singleBlocks(file, earlier, later, stage.model(), once);
                }
            }
        }
    }

    /**
     * The same with one block of the size of a page as the later copy has it, each in turn: by itself it may be half of a commit that the earlier copy knows nothing of. Where there is a log, its end is the
     * witness: no page may be newer. Without one, a page of another time is what a stray write leaves, which takes more than a page's own checksum to notice, and is measured, not demanded.
     */
    private void singleBlocks(String file, DiskImage earlier, DiskImage later, ReferenceModel model, List<CommittedState> once) {
        int block = subject.pageSize();
        int left = BLOCKS_MAX;
        for (long at = 0; earlier.contains(file) && left > 0 && at + block <= Math.min(earlier.size(file), later.size(file)); at += block) {
            byte[] newer = later.read(file, at, block);
            if (!Arrays.equals(newer, earlier.read(file, at, block))) {
                left--;
                look("an earlier copy with the block at " + at + " of the file " + file + " of a later one", earlier.overwrite(file, at, newer), model, once);
            }
        }
    }

    static boolean holdsAny(DiskImage image, String file, Set<Long> tags) {
        ByteBuffer bytes = ByteBuffer.wrap(image.read(file, 0, Math.toIntExact(image.size(file)))).order(ByteOrder.LITTLE_ENDIAN);
        for (int position = 0; position + Long.BYTES <= bytes.limit(); position += Integer.BYTES) {
            if (tags.contains(bytes.getLong(position))) {
                return true;
            }
        }
        return false;
    }

    private void look(String damage, DiskImage image, ReferenceModel model, List<CommittedState> legal) {
        new Damaged(subject, tally).mustBeRefusedOrShow("T2", damage, image, model, legal);
    }

    private static void commit(Stage stage, long page) {
        Actor actor = stage.actor(0);
        actor.begin();
        actor.write(page, 2, 4);
        actor.commit(Durability.POWER_SAFE);
    }
}
