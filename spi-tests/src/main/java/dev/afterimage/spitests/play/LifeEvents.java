package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreState;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;

/**
 * What befalls a store in the lives that {@link RandomLives} tells, drawn from one stream of chance.
 *
 * <p>Each story has habits of its own: of all that may happen it draws a part, and of workloads a few mixes that nobody chose. What is mixed with everything else all the time seldom comes far, and a story in which few
 * things happen, over and over, does (Groce et al., Swarm Testing, ISSTA 2012). Numbers that say when something strikes are drawn evenly over their orders of magnitude, for some of what may be struck is done once, and some a thousand times.
 */
final class LifeEvents {
    private static final int STEPS_MAX = 60;
    private static final int SYNCS_BEFORE_FAILURE = 20;
    private static final int SYNCS_OF_FILE = 4;
    private static final int SYNCS_BEFORE_WORK = 8;
    private static final int SECTORS_LEFT_MAX = 120;
    private static final int ERRORS_AFTER_MAX = 40;
    private static final int WRITES_MAX = 900;
    private static final int WRITES_OF_LAP = 5_000;
    private static final int GROWTH_OF_CACHE = 8;
    private static final int MIXES_MAX = 3;
    /** Actors with numbers behind those of the mixes. */
    private static final int LOSER = 7;
    private static final int OTHER = 8;
    private static final int PROBE = 9;
    /** Mixes that never close the store: what befalls the disk is to befall work. */
    private static final List<Mix> STEADY = List.of(Mix.COMMITS, Mix.ABORTS, Mix.LEVELS, Mix.SAVEPOINTS);

    private final Stage stage;
    private final SplittableRandom workloads;
    private final SplittableRandom events;
    private final List<Runnable> habits = new ArrayList<>();
    private final List<Mix> mixes = new ArrayList<>();
    private final int writesMax;

    LifeEvents(Stage stage, SplittableRandom workloads, SplittableRandom events) {
        this.stage = stage;
        this.workloads = workloads;
        this.events = events;
        writesMax = events.nextInt(4) == 0 ? WRITES_OF_LAP : WRITES_MAX;
        List<Runnable> all = List.of(this::failingSync, this::failingSync, this::fullDisk, this::failingRollback, this::workAmidSync, this::checkpointAmidWrite, this::flushBeforeCommit, this::muchLog, this::grownInVain,
                this::shrinking, this::checkpoint, this::background);
        while (habits.isEmpty()) {
            int oneIn = 2 + events.nextInt(4);
            all.stream().filter(event -> events.nextInt(oneIn) == 0).forEach(habits::add);
        }
        for (int count = events.nextInt(MIXES_MAX); count >= 0; count--) {
            mixes.add(events.nextInt(3) == 0 ? STEADY.get(events.nextInt(STEADY.size())) : Mix.drawn(events));
        }
    }

    /** Work of one of the story's mixes. */
    void work() {
        proceed(anyMix());
    }

    private Mix anyMix() {
        return mixes.get(workloads.nextInt(mixes.size()));
    }

    private void proceed(Mix mix) {
        new RandomWorkload(mix, workloads.nextLong()).proceed(stage, 1 + few(STEPS_MAX));
    }

    /** One of the things that happen in this story. */
    void happen() {
        habits.get(events.nextInt(habits.size())).run();
    }

    /** A number less than that, evenly over the orders of magnitude. */
    int few(int limit) {
        return (int) Math.min(limit - 1, Math.pow(limit + 1, events.nextDouble()) - 1);
    }

    private void checkpoint() {
        stage.checkpoint();
    }

    private void background() {
        stage.background();
    }

    /** A sync fails, sooner or later, in the midst of whatever the story is about: then the store has failed, and is opened again. */
    private void failingSync() {
        // What was handed to the system and no more is lost with some failed syncs, whoever was promised it: there must be nothing of that kind.
        stage.background();
        again();
        DiskFaults faults = stage.disk().faults();
        int before = faults.struck();
        if (events.nextBoolean()) {
            proceed(anyMix().powerSafe());
        }
        endAll();
        boolean names = events.nextInt(4) == 0;
        if (names) {
            faults.failNamesSync(events.nextInt(3));
        } else {
            SyncFailure failure = SyncFailure.values()[events.nextInt(SyncFailure.values().length)];
            List<String> files = stage.disk().list().stream().sorted().toList();
            String only = files.get(events.nextInt(files.size()));
            boolean any = events.nextBoolean(); // otherwise those of one file, for some are synced much oftener than others
            faults.failSync(file -> any || file.equals(only), few(any ? SYNCS_BEFORE_FAILURE : SYNCS_OF_FILE), failure);
        }
        switch (names ? 1 : events.nextInt(3)) {
            case 0 -> stage.checkpoint();
            case 1 -> fillLog();
            default -> proceed(anyMix().powerSafe());
        }
        endAll();
        for (int commits = 0; commits < 2 && !stage.hasFailed() && faults.struck() == before; commits++) {
            DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
            if (!stage.hasFailed()) {
                stage.checkpoint();
            }
        }
        boolean struck = faults.struck() > before;
        faults.clear();
        if (struck) {
            FailedSync.mustHaveFailed(stage);
        }
        again();
    }

    /** There is next to no room, for a while. */
    private void fullDisk() {
        again();
        stage.disk().faults().capacityBytes(stage.disk().allocatedBytes() + few(SECTORS_LEFT_MAX) * 512L);
        work();
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
            stage.disk().faults().failReads(file -> true, few(ERRORS_AFTER_MAX), 1);
        } else {
            stage.disk().faults().failWrite(file -> true, few(ERRORS_AFTER_MAX), 0);
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
        for (int sync = few(SYNCS_BEFORE_WORK); sync > 0; sync--) {
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

    /** So much that a log of small segments uses several, and now and then so much that one of a fixed size goes round, in commits that nobody waits for; then one that somebody does, or a checkpoint. */
    private void muchLog() {
        quiesce();
        fillLog();
    }

    private void fillLog() {
        List<Long> pages = stage.history().latest().after().pages().stream().sorted().toList();
        int writes = events.nextBoolean() ? few(writesMax) : events.nextInt(writesMax);
        int rounds = 1 + writes / pages.size();
        int syncedOneIn = 1 + few(writesMax);
        Actor writer = stage.actor(0);
        Actor.finish(writer.start(() -> {
            for (int round = 0; round < rounds && !stage.hasFailed(); round++) {
                DirectedScenario.commitAll(writer, pages, Durability.RELAXED);
                if (!stage.hasFailed() && events.nextInt(syncedOneIn) == 0) {
                    DirectedScenario.commitAll(writer, List.of(anyPage()), Durability.POWER_SAFE);
                }
            }
        }));
        if (!stage.hasFailed() && events.nextBoolean()) {
            stage.checkpoint();
        }
    }

    /** Many pages are taken in vain: what the files have grown by is nobody's. */
    private void grownInVain() {
        quiesce();
        Actor loser = stage.actor(LOSER);
        loser.begin();
        for (int count = few(GROWTH_OF_CACHE * stage.subject().cachePages()); count > 0 && loser.active(); count--) {
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

    /** Ends what is under way, so that every page can be locked. */
    void quiesce() {
        endAll();
        again();
    }

    private void endAll() {
        for (int number = 0; number <= OTHER; number++) {
            if (stage.actor(number).active()) {
                stage.actor(number).rollback();
            }
        }
    }

    /** A store that has failed is opened again. */
    void again() {
        if (!stage.hasFailed() && stage.store().state() == StoreState.FAILED) {
            stage.actor(PROBE).begin(); // so that the stage is told as well
        }
        if (stage.hasFailed()) {
            stage.reopenAfterFailure();
        }
    }

    long anyPage() {
        List<Long> pages = stage.history().latest().after().pages().stream().sorted().toList();
        return pages.get(events.nextInt(pages.size()));
    }

    Actor loser() {
        return stage.actor(LOSER);
    }

    Actor other() {
        return stage.actor(OTHER);
    }
}
