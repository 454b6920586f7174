package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.afterimage.api.Durability;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.spitests.model.PageContent;

/** Short scripts, each aimed at one kind of mistake; the comment says which, in the words of the fault model. */
public enum DirectedScenario implements Scenario {
    /** A store is made, and nothing else: a crash in the midst of the first opening must not stop the second (R3). */
    CREATION {
        @Override
        public void play(Stage stage) {
            stage.create();
        }
    },
    /** Acknowledged before it was synced (W4). */
    FIRST_COMMIT {
        @Override
        public void play(Stage stage) {
            stage.create();
            commit(stage, stage.root(), Durability.POWER_SAFE);
            commit(stage, stage.root(), Durability.POWER_SAFE);
        }
    },
    /** One transaction, several pages: all or nothing (S1, S3). */
    TWO_PAGES {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3);
            for (int round = 0; round < 3; round++) {
                commitAll(stage, pages, Durability.POWER_SAFE);
            }
        }
    },
    /** Changed, checkpointed, changed again, each time: images taken too rarely, pages at home before what repairs them (P1, D1, C1, C3). */
    CHECKPOINT_AFTER_COMMIT {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            for (int round = 0; round < 4; round++) {
                commitAll(stage, pages, Durability.POWER_SAFE);
                stage.checkpoint();
                commit(stage, pages.get(round), Durability.POWER_SAFE);
            }
            stage.checkpoint();
        }
    },
    /** Commits of many sizes between checkpoints, so that a log used again ends in the midst of what it held before (G1, G3, G8). */
    RECYCLED_LOG {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(6);
            int[] sizes = {6, 1, 5, 2, 4, 1, 6, 3, 2, 1};
            for (int round = 0; round < sizes.length; round++) {
                commitAll(stage, pages.subList(0, sizes[round]), Durability.POWER_SAFE);
                if (round % 2 == 1) {
                    stage.checkpoint();
                }
            }
        }
    },
    /** Commits that nobody waited for, then a checkpoint that writes their pages: log before data (W1, W2). */
    CHECKPOINT_AFTER_RELAXED {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            for (int round = 0; round < 3; round++) {
                commitAll(stage, pages, Durability.RELAXED);
                commit(stage, pages.get(round), Durability.PROCESS_SAFE);
                stage.checkpoint();
            }
        }
    },
    /** Unfinished work, more than the cache holds, and a checkpoint in its midst; then others commit (steal without undo). */
    CHECKPOINT_AMID_WORK {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(stage.subject().cachePages() + 12);
            Actor unfinished = stage.actor(1);
            unfinished.begin();
            pages.subList(3, pages.size()).forEach(unfinished::write);
            stage.checkpoint();
            commitAll(stage, pages.subList(0, 3), Durability.POWER_SAFE);
            stage.background();
            stage.checkpoint();
        }
    },
    /** Rolled back after its pages may have been written; the next transaction commits over it (A1, A6). */
    ROLLBACK_AFTER_CHECKPOINT {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3);
            Actor loser = stage.actor(1);
            loser.begin();
            pages.forEach(loser::write);
            loser.allocate(0, PageContent.SLOTS);
            stage.checkpoint();
            loser.rollback();
            commit(stage, pages.get(1), Durability.POWER_SAFE);
            stage.checkpoint();
            commit(stage, pages.get(2), Durability.POWER_SAFE);
        }
    },
    /** Part of a transaction rolled back, the rest committed (A4). */
    SAVEPOINT_THEN_COMMIT {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            for (int round = 0; round < 2; round++) {
                Actor actor = stage.actor(1);
                actor.begin();
                actor.write(pages.get(0));
                actor.savepoint();
                actor.write(pages.get(0), 4, 9);
                actor.write(pages.get(1));
                actor.savepoint();
                actor.free(pages.get(3));
                actor.allocate(0, 5);
                actor.rollbackTo(1);
                actor.write(pages.get(2));
                actor.rollbackTo(0);
                actor.write(pages.get(1), 0, 3);
                stage.checkpoint();
                actor.commit(Durability.POWER_SAFE);
            }
        }
    },
    /** A reader saw what was not durable, and was answered (D3, E1). */
    READER_AFTER_RELAXED {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int round = 0; round < 3; round++) {
                commit(stage, stage.root(), round % 2 == 0 ? Durability.RELAXED : Durability.PROCESS_SAFE);
                Actor reader = stage.actor(1);
                reader.begin(TransactionOptions.READ_ONLY);
                reader.read(stage.root());
                reader.commit(round == 1 ? Durability.PROCESS_SAFE : Durability.POWER_SAFE);
            }
        }
    },
    /** Commits of every level in a row: what survives is a prefix (D2, W6). */
    EVERY_LEVEL {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3);
            for (Durability level : List.of(Durability.RELAXED, Durability.PROCESS_SAFE, Durability.RELAXED, Durability.POWER_SAFE, Durability.PROCESS_SAFE,
                    Durability.RELAXED)) {
                commitAll(stage, pages, level);
            }
            stage.background();
            commit(stage, pages.get(0), Durability.RELAXED);
        }
    },
    /** Commits of one size in a row that nobody waited for: a crash keeps a later one without an earlier one (G2, G7). */
    RELAXED_ROW {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int count = 0; count < 5; count++) {
                commit(stage, stage.root(), Durability.RELAXED);
            }
        }
    },
    /** Commits of one size in a row, the first after a checkpoint, each written and none synced: a crash keeps a later one without an earlier one (G2, G7). */
    WRITTEN_ROW {
        @Override
        public void play(Stage stage) {
            stage.create();
            commit(stage, stage.root(), Durability.POWER_SAFE);
            stage.checkpoint();
            stage.fill(1);
            stage.checkpoint(); // the second since the root page was changed: now nothing of it is left to be redone
            for (int count = 0; count < 3; count++) {
                commit(stage, stage.root(), Durability.PROCESS_SAFE);
            }
        }
    },
    /** More than the smallest log holds between checkpoints: segments that are filled, left, and used again (C3, W6, W7, G1). */
    MUCH_LOG {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(2 * stage.subject().cachePages());
            for (int round = 0; round < 2; round++) {
                muchLog(stage, pages);
                commit(stage, pages.get(round), Durability.POWER_SAFE);
                stage.checkpoint();
                stage.checkpoint();
                commit(stage, pages.get(round), Durability.POWER_SAFE);
            }
        }
    },
    /** More than a log of a fixed size holds, the smallest there is: small commits, until nothing is left in the log of what was there first, and again (C3, G1, G5, G9, L3). */
    LOG_LAPS {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(LAPS_GROUPS * LAPS_PAGES);
            for (int round = 0; round < LAPS_ROUNDS && !stage.hasFailed(); round++) {
                // One group of pages after the other, so that some are dirty for long and others are not; syncs are rare, until the first lap is over.
                int group = round / LAPS_ROUNDS_OF_GROUP % LAPS_GROUPS;
                boolean synced = round % (round < LAPS_ROUNDS / 2 ? LAPS_ROUNDS_OF_GROUP : LAPS_ROUNDS_OF_GROUP / 8) == 0;
                commitAll(stage, pages.subList(group * LAPS_PAGES, (group + 1) * LAPS_PAGES), synced ? Durability.POWER_SAFE : Durability.RELAXED);
            }
        }
    },
    /** What a transaction changed is flushed before it commits, so that its commit record begins where the last sync ended (W2). */
    COMMIT_AFTER_FLUSH {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(2);
            for (int round = 0; round < 3; round++) {
                Actor actor = stage.actor(0);
                actor.begin();
                actor.write(pages.get(round % 2));
                stage.background();
                actor.commit(Durability.POWER_SAFE);
            }
        }
    },
    /** A checkpoint while somebody has a page open, the bytes written and the store not told yet (W3). */
    CHECKPOINT_AMID_WRITE {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3);
            for (int round = 0; round < 3; round++) {
                commitAll(stage, pages, Durability.POWER_SAFE);
                stage.checkpoint();
                Actor actor = stage.actor(1);
                actor.begin();
                actor.write(pages.get(round), stage::checkpoint);
                if (round == 0) {
                    actor.rollback();
                } else {
                    actor.commit(Durability.POWER_SAFE);
                }
            }
        }
    },
    /** A commit, and background work, in the midst of each sync of a checkpoint: what that writes home is not covered by the sync, and what it logs lies behind where redo will have to begin (C4, L3). */
    BACKGROUND_AMID_CHECKPOINT {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(stage.subject().cachePages());
            for (int round = 0; round < 2; round++) {
                commitAll(stage, pages, Durability.POWER_SAFE);
                Queue<Future<Boolean>> pending = new ConcurrentLinkedQueue<>();
                AtomicBoolean busy = new AtomicBoolean(); // the work syncs, too, and must not be started in its own midst
                Actor other = stage.actor(1);
                for (int sync = 0; sync < SYNCS_MAX; sync++) {
                    stage.disk().faults().duringNextSync(file -> true, () -> {
                        if (busy.compareAndSet(false, true)) {
                            Future<Boolean> work = other.start(() -> {
                                commitAll(other, pages.subList(0, 1), Durability.RELAXED);
                                stage.backgroundButCheckpoints();
                                busy.set(false);
                            });
                            pending.add(work);
                            other.awaitBlockedOr(work);
                        }
                    });
                }
                stage.checkpoint();
                stage.disk().faults().clear();
                pending.forEach(Actor::finish);
            }
        }
    },
    /** A commit whose page then leaves the cache, in the midst of one sync of a checkpoint, each time of the next one: it goes home clean, and no sync is to come that covers it (C4). */
    EVICTION_AMID_CHECKPOINT {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(2 * stage.subject().cachePages());
            for (int before = 0; before < EVICTION_SYNCS; before++) {
                commitAll(stage, pages.subList(0, 2), Durability.POWER_SAFE);
                Queue<Future<Boolean>> pending = new ConcurrentLinkedQueue<>();
                Actor other = stage.actor(1);
                for (int sync = 0; sync < before; sync++) {
                    stage.disk().faults().duringNextSync(file -> true, () -> { });
                }
                stage.disk().faults().duringNextSync(file -> true, () -> {
                    Future<Boolean> work = other.start(() -> {
                        commitAll(other, pages.subList(0, 1), Durability.RELAXED);
                        readUntilGone(other, pages.subList(2, pages.size()), stage.subject().cachePages() / 2);
                    });
                    pending.add(work);
                    other.awaitBlockedOr(work);
                });
                stage.checkpoint();
                stage.disk().faults().clear();
                pending.forEach(Actor::finish);
                commit(stage, pages.get(1), Durability.POWER_SAFE); // which the relaxed one comes before
            }
        }
    },
    /** Pages that nobody touches any more, while others go through checkpoint after checkpoint: all that holds their values beside their homes is used again (C1, C3). */
    COLD_PAGES {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(12);
            for (int round = 0; round < 4; round++) {
                stage.checkpoint();
                for (int count = 0; count < 10; count++) {
                    commitAll(stage, pages.subList(4, 12), Durability.POWER_SAFE);
                }
            }
        }
    },
    /** Pages given back, and taken again by others, across openings (S6, R8). */
    PAGES_COME_AND_GO {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(6);
            for (int round = 0; round < 3; round++) {
                Actor actor = stage.actor(0);
                actor.begin();
                actor.free(pages.get(round));
                actor.write(pages.get(5));
                actor.commit(Durability.POWER_SAFE);
                if (round == 1) {
                    stage.checkpoint();
                }
                stage.fill(2);
            }
        }
    },
    /** Closed in good order, several times (C7, R1). */
    CLOSE_AND_REOPEN {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int round = 0; round < 3; round++) {
                commit(stage, stage.root(), round == 1 ? Durability.RELAXED : Durability.POWER_SAFE);
                stage.reopen();
            }
        }
    },
    /** A large transaction is rolled back, and the store closed: what its files have grown by is nobody's, and was perhaps never synced (S7). */
    GROWN_IN_VAIN {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int round = 1; round <= 2; round++) {
                Actor loser = stage.actor(1);
                loser.begin();
                for (int count = 0; count < 4 * round * stage.subject().cachePages(); count++) {
                    loser.allocate(0, PageContent.SLOTS);
                }
                loser.rollback();
                stage.reopen();
                commit(stage, stage.root(), Durability.POWER_SAFE);
            }
        }
    },
    /** Most pages are given back, so that files may be cut: not before nothing durable speaks of what is cut off (C3, S7). */
    SHRINKING {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4 * stage.subject().cachePages());
            commitAll(stage, pages, Durability.POWER_SAFE);
            Actor actor = stage.actor(0);
            actor.begin();
            pages.forEach(actor::free);
            actor.commit(Durability.POWER_SAFE);
            for (int count = 0; count < 3; count++) {
                commit(stage, stage.root(), Durability.POWER_SAFE);
                stage.checkpoint();
            }
        }
    },
    /** A transaction of many times the cache, committed; then another, unfinished (L1). */
    LARGER_THAN_CACHE {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3 * stage.subject().cachePages());
            commitAll(stage, pages, Durability.POWER_SAFE);
            Actor unfinished = stage.actor(1);
            unfinished.begin();
            pages.forEach(unfinished::write);
            stage.backgroundTask(0);
        }
    };

    private static final int SYNCS_MAX = 16;
    private static final int EVICTION_SYNCS = 8;
    private static final int EVICTION_READINGS = 6;
    private static final int LAPS_GROUPS = 4;
    private static final int LAPS_PAGES = 3;
    private static final int LAPS_ROUNDS = 1_600;
    private static final int LAPS_ROUNDS_OF_GROUP = 80;

    @Override
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A few more power-safe commits to the root page, for a recovery to have something to redo. */
    public static void commitAfter(Stage stage, int commits) {
        for (int count = 0; count < commits; count++) {
            commit(stage, stage.root(), Durability.POWER_SAFE);
        }
    }

    /** Some hundreds of KiB of changes, whoever logs them how, in commits that nobody waits for. */
    public static void muchLog(Stage stage, List<Long> pages) {
        for (int round = 0; round < 6 && !stage.hasFailed(); round++) {
            commitAll(stage, pages, Durability.RELAXED);
        }
    }

    static void commit(Stage stage, long page, Durability level) {
        commitAll(stage, List.of(page), level);
    }

    static void commitAll(Stage stage, List<Long> pages, Durability level) {
        commitAll(stage.actor(0), pages, level);
    }

    static void commitAll(Actor actor, List<Long> pages, Durability level) {
        actor.begin();
        for (long page : pages) {
            if (actor.active()) { // otherwise the store has failed, and everybody with it
                actor.write(page);
            }
        }
        if (actor.active()) {
            actor.commit(level);
        }
    }

    /** A few pages twice, then the next few, and all of that several times: for a cache that spares what was used more than once, and lets a scan pass by. */
    static void readUntilGone(Actor actor, List<Long> pages, int few) {
        for (int time = 0; time < EVICTION_READINGS; time++) {
            for (int from = 0; from < pages.size(); from += few) {
                List<Long> next = pages.subList(from, Math.min(from + few, pages.size()));
                readAll(actor, next);
                readAll(actor, next);
            }
        }
    }

    private static void readAll(Actor actor, List<Long> pages) {
        actor.begin();
        for (long page : pages) {
            if (actor.active()) {
                actor.read(page);
            }
        }
        if (actor.active()) {
            actor.commit(Durability.RELAXED);
        }
    }
}
