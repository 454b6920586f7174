package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreState;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Several lives of one store, drawn from a seed: work as in {@link RandomWorkload}, with a disk that now and then fails a sync, is full for a while, or fails in the midst of a rollback, and with things that happen in
 * the midst of others; each life ends by a crash or in good order. The last one's crash states are those of the scenario.
 *
 * <p>Three streams come from the seed: what the workloads do, what befalls them, and how lives end; so each goes on as it was when another is changed.
 *
 * @param seed one seed is one story
 */
public record RandomLives(long seed) implements Scenario {
    private static final String TITLE = "lives-";
    private static final int LIVES_MAX = 4;
    private static final int CHAPTERS_MAX = 4;
    private static final int STEPS_MAX = 40;
    private static final int SYNCS_BEFORE_FAILURE = 14;
    private static final int SYNCS_OF_CHECKPOINT = 6;
    private static final int SYNCS_BEFORE_WORK = 8;
    private static final int SECTORS_LEFT_MAX = 120;
    private static final int ERRORS_AFTER_MAX = 40;
    private static final int ROUNDS_MAX = 8;
    private static final int GROWTH_OF_CACHE = 8;
    /** Actors with numbers behind those of the mixes. */
    private static final int LOSER = 7;
    private static final int OTHER = 8;
    private static final int PROBE = 9;
    /** Mixes that never close the store: what befalls the disk is to befall work. */
    private static final List<Mix> STEADY = List.of(Mix.COMMITS, Mix.ABORTS, Mix.LEVELS, Mix.SAVEPOINTS);

    /** The one of that title, or null. */
    @Nullable
    static RandomLives named(String title) {
        return title.matches(TITLE + "\\d{1,18}") ? new RandomLives(Long.parseLong(title.substring(TITLE.length()))) : null;
    }

    @Override
    public String title() {
        return TITLE + seed;
    }

    @Override
    public void play(Stage stage) {
        new Story(stage, new Seed(seed)).tell();
    }

    private static final class Story {
        private final Stage stage;
        private final SplittableRandom workloads;
        private final SplittableRandom events;
        private final SplittableRandom ends;

        Story(Stage stage, Seed seed) {
            this.stage = stage;
            workloads = seed.workload();
            events = seed.faults();
            ends = seed.schedule();
        }

        void tell() {
            stage.create();
            stage.fill(4 + events.nextInt(2 * stage.subject().cachePages()));
            int lives = 1 + ends.nextInt(LIVES_MAX);
            for (int life = 1; life <= lives; life++) {
                int chapters = 1 + events.nextInt(CHAPTERS_MAX);
                for (int chapter = 0; chapter < chapters; chapter++) {
                    work(STEADY.get(workloads.nextInt(STEADY.size())));
                    event();
                }
                if (life < lives) {
                    end();
                }
            }
            work(STEADY.get(workloads.nextInt(STEADY.size())));
        }

        private void work(Mix mix) {
            new RandomWorkload(mix, workloads.nextLong()).proceed(stage, 1 + workloads.nextInt(STEPS_MAX));
        }

        private void event() {
            switch (events.nextInt(11)) {
                case 0, 1 -> failingSync();
                case 2 -> fullDisk();
                case 3 -> failingRollback();
                case 4 -> workAmidSync();
                case 5 -> checkpointAmidWrite();
                case 6 -> flushBeforeCommit();
                case 7 -> {
                    quiesce();
                    muchLog();
                }
                case 8 -> grownInVain();
                case 9 -> shrinking();
                default -> work(Mix.CHECKPOINTS);
            }
        }

        /** A sync fails, sooner or later: then the store has failed, and is opened again. */
        private void failingSync() {
            // What was handed to the system and no more is lost with some failed syncs, whoever was promised it: there must be nothing of that kind.
            stage.background();
            again();
            DiskFaults faults = stage.disk().faults();
            int before = faults.struck();
            switch (events.nextInt(4)) {
                case 0 -> {
                    quiesce();
                    faults.failNamesSync(events.nextInt(3));
                    muchLog();
                }
                case 1 -> {
                    faults.failSync(file -> true, events.nextInt(SYNCS_OF_CHECKPOINT), anyFailure());
                    stage.checkpoint();
                }
                default -> {
                    faults.failSync(file -> true, events.nextInt(SYNCS_BEFORE_FAILURE), anyFailure());
                    work(Mix.COMMITS);
                }
            }
            if (!stage.hasFailed() && faults.struck() == before) {
                stage.checkpoint();
            }
            boolean struck = faults.struck() > before;
            faults.clear();
            if (struck) {
                FailedSync.mustHaveFailed(stage);
                again();
            }
        }

        private SyncFailure anyFailure() {
            return SyncFailure.values()[events.nextInt(SyncFailure.values().length)];
        }

        /** There is next to no room, for a while. */
        private void fullDisk() {
            stage.disk().faults().capacityBytes(stage.disk().allocatedBytes() + events.nextInt(SECTORS_LEFT_MAX) * 512L);
            work(STEADY.get(events.nextInt(STEADY.size())));
            if (stage.hasFailed() || stage.store().state() != StoreState.OPEN) {
                throw new Violation("F2", "on a full disk: expected the store to stay open, found " + stage.store().state() + " after " + stage.failure(), stage.failure());
            }
            stage.disk().faults().clear();
        }

        /** A large transaction is rolled back, and the disk fails once in its midst. */
        private void failingRollback() {
            quiesce();
            Actor loser = stage.actor(LOSER);
            loser.begin();
            for (long page : stage.history().latest().after().pages()) {
                if (loser.active()) {
                    loser.write(page);
                }
            }
            for (int count = events.nextInt(stage.subject().cachePages()); count > 0 && loser.active(); count--) {
                loser.allocate(0, PageContent.SLOTS);
            }
            if (events.nextBoolean()) {
                stage.disk().faults().failReads(file -> true, events.nextInt(ERRORS_AFTER_MAX), 1);
            } else {
                stage.disk().faults().failWrite(file -> true, events.nextInt(ERRORS_AFTER_MAX), 0);
            }
            if (loser.active()) {
                loser.rollback();
            }
            stage.disk().faults().clear();
            again();
        }

        /** Somebody commits in the midst of one sync of a checkpoint, and then either background work runs or the page is driven out of the cache. */
        private void workAmidSync() {
            quiesce();
            long page = anyPage();
            Actor other = stage.actor(OTHER);
            boolean eviction = events.nextBoolean();
            List<Long> pages = List.copyOf(stage.history().latest().after().pages());
            Queue<Future<Boolean>> pending = new ConcurrentLinkedQueue<>();
            AtomicBoolean busy = new AtomicBoolean(); // the work syncs, too, and must not be started in its own midst
            for (int sync = events.nextInt(SYNCS_BEFORE_WORK); sync > 0; sync--) {
                stage.disk().faults().duringNextSync(file -> true, () -> { });
            }
            stage.disk().faults().duringNextSync(file -> true, () -> {
                if (busy.compareAndSet(false, true)) {
                    Future<Boolean> work = other.start(() -> {
                        DirectedScenario.commitAll(other, List.of(page), Durability.RELAXED);
                        if (eviction) {
                            DirectedScenario.readUntilGone(other, pages, Math.max(1, stage.subject().cachePages() / 2));
                        } else {
                            stage.backgroundButCheckpoints();
                        }
                    });
                    pending.add(work);
                    other.awaitBlockedOr(work);
                }
            });
            stage.checkpoint();
            stage.disk().faults().clear();
            pending.forEach(Actor::finish);
        }

        private void checkpointAmidWrite() {
            quiesce();
            Actor actor = stage.actor(OTHER);
            if (!actor.begin()) {
                return;
            }
            actor.write(anyPage(), stage::checkpoint);
            if (actor.active()) {
                if (events.nextBoolean()) {
                    actor.commit(Durability.POWER_SAFE);
                } else {
                    actor.rollback();
                }
            }
        }

        private void flushBeforeCommit() {
            quiesce();
            Actor actor = stage.actor(OTHER);
            if (!actor.begin()) {
                return;
            }
            actor.write(anyPage());
            stage.background();
            if (actor.active()) {
                actor.commit(Durability.POWER_SAFE);
            }
        }

        /** So much that a log of small segments uses several, in commits that nobody waits for; then one that somebody does, or a checkpoint. */
        private void muchLog() {
            List<Long> pages = stage.history().latest().after().pages().stream().sorted().toList();
            for (int round = events.nextInt(ROUNDS_MAX); round >= 0 && !stage.hasFailed(); round--) {
                DirectedScenario.commitAll(stage, pages, Durability.RELAXED);
                if (!stage.hasFailed() && events.nextInt(3) == 0) {
                    DirectedScenario.commit(stage, anyPage(), Durability.POWER_SAFE);
                }
            }
            if (!stage.hasFailed() && events.nextBoolean()) {
                stage.checkpoint();
            }
        }

        /** Many pages are taken in vain: what the files have grown by is nobody's. */
        private void grownInVain() {
            quiesce();
            Actor loser = stage.actor(LOSER);
            loser.begin();
            for (int count = events.nextInt(GROWTH_OF_CACHE * stage.subject().cachePages()); count > 0 && loser.active(); count--) {
                loser.allocate(0, PageContent.SLOTS);
            }
            if (loser.active()) {
                loser.rollback();
            }
            if (events.nextBoolean()) {
                stage.reopen();
            }
            DirectedScenario.commit(stage, anyPage(), Durability.POWER_SAFE);
        }

        /** Most pages are given back, and commits follow, so that files may be cut. */
        private void shrinking() {
            quiesce();
            Actor actor = stage.actor(OTHER);
            actor.begin();
            for (long page : stage.history().latest().after().pages().stream().sorted().toList()) {
                if (page != stage.root() && actor.active() && events.nextInt(4) > 0) {
                    actor.free(page);
                }
            }
            if (actor.active()) {
                actor.commit(Durability.POWER_SAFE);
            }
            for (int count = events.nextInt(3); count > 0 && !stage.hasFailed(); count--) {
                DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
                stage.checkpoint();
            }
        }

        /** How a life ends, and the next begins. */
        private void end() {
            switch (ends.nextInt(7)) {
                case 0 -> stage.reopen();
                case 1 -> quietCrash();
                case 2 -> crashWithLosers();
                case 3, 4 -> stage.tornCrash(ends);
                default -> stage.crash(ends.nextBoolean() ? CrashKind.POWER : CrashKind.PROCESS);
            }
        }

        /** A crash when nobody has work under way: recovery has nobody to undo, and says so. */
        private void quietCrash() {
            quiesce();
            Actor actor = stage.actor(OTHER);
            if (actor.begin()) {
                actor.write(anyPage());
            }
            if (actor.active()) {
                actor.rollback();
            }
            DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
            if (stage.hasFailed()) {
                return;
            }
            stage.crash(CrashKind.POWER);
            long undone = stage.reports().get(stage.reports().size() - 1).transactionsUndone();
            if (undone > 0) {
                throw new Violation("R1", "a crash while no transaction was under way: expected the report to name none as undone, found " + undone, null);
            }
        }

        /** A crash with work under way, which a strategy that rolls back after opening has still to roll back while others work. */
        private void crashWithLosers() {
            quiesce();
            Actor loser = stage.actor(LOSER);
            loser.begin();
            for (int count = 1 + ends.nextInt(6); count > 0 && loser.active(); count--) {
                loser.write(anyPage());
            }
            stage.background();
            if (ends.nextBoolean()) {
                stage.checkpoint();
            }
            boolean late = stage.subject().strategy().traits().has(OptionalTrait.ROLLBACK_AFTER_OPENING) && !stage.hasFailed() && stage.store().state() == StoreState.OPEN;
            stage.holdRollbacks(late);
            stage.crash(ends.nextBoolean() ? CrashKind.POWER : CrashKind.PROCESS);
            while (late && stage.rollingBack() && !stage.hasFailed()) {
                new RandomWorkload(Mix.COMMITS, ends.nextLong()).proceed(stage, 12);
                stage.rollBackSome();
            }
            stage.holdRollbacks(false);
        }

        /** Ends what is under way, so that every page can be locked. */
        private void quiesce() {
            for (int number = 0; number <= OTHER; number++) {
                if (stage.actor(number).active()) {
                    stage.actor(number).rollback();
                }
            }
            again();
        }

        /** A store that has failed is opened again. */
        private void again() {
            if (!stage.hasFailed() && stage.store().state() == StoreState.FAILED) {
                stage.actor(PROBE).begin(); // so that the stage is told as well
            }
            if (stage.hasFailed()) {
                stage.reopenAfterFailure();
            }
        }

        private long anyPage() {
            List<Long> pages = stage.history().latest().after().pages().stream().sorted().toList();
            return pages.get(events.nextInt(pages.size()));
        }
    }
}
