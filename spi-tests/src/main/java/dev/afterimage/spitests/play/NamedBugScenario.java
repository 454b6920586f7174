package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.PageContent;

/** Bugs that real systems had, played on a store of any strategy; whose they were, and what happened, is told where they are named. */
public enum NamedBugScenario implements Scenario {
    /** A commit of many pages is the last thing in the log, written and not synced: a crash keeps its beginning, and what is written after recovery comes right behind (G8). */
    ABORTED_CONTRECORD {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(12);
            DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
            stage.checkpoint();
            DirectedScenario.commitAll(stage, pages, Durability.PROCESS_SAFE);
        }
    },
    /** A log that was full is used again, by commits of every length: behind each lies, where the next record's length is looked for, whatever was there before (G3). */
    RECYCLED_LENGTH_GARBAGE {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(stage.subject().cachePages());
            for (int round = 0; round < 2; round++) {
                DirectedScenario.muchLog(stage, pages);
                stage.checkpoint();
                DirectedScenario.commit(stage, pages.get(0), Durability.POWER_SAFE);
                stage.checkpoint();
            }
            for (int slots = 1; slots <= PageContent.SLOTS; slots++) {
                RestartScenario.commitPart(stage, pages.get(slots % 3), 0, slots);
            }
        }
    },
    /** A checkpoint has nothing left to do; while a second one is under way, a commit begins the log anew; the third must not take the new records for old ones (C6). */
    WAL_RESET_VS_CHECKPOINT {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(stage.subject().cachePages());
            DirectedScenario.muchLog(stage, pages);
            stage.checkpoint();
            Queue<Future<Boolean>> pending = new ConcurrentLinkedQueue<>();
            AtomicBoolean once = new AtomicBoolean();
            Actor other = stage.actor(1);
            stage.disk().faults().duringNextSync(file -> true, () -> {
                if (once.compareAndSet(false, true)) {
                    Future<Boolean> work = other.start(() -> DirectedScenario.commitAll(other, pages.subList(0, 3), Durability.RELAXED));
                    pending.add(work);
                    other.awaitBlockedOr(work);
                }
            });
            stage.checkpoint();
            stage.disk().faults().clear();
            pending.forEach(Actor::finish);
            DirectedScenario.muchLog(stage, pages.subList(3, pages.size()));
            DirectedScenario.commit(stage, pages.get(4), Durability.POWER_SAFE);
            stage.checkpoint();
            DirectedScenario.commit(stage, pages.get(5), Durability.POWER_SAFE);
        }
    },
    /** Each commit needs more of the file than there was: a crash keeps what says so, and not the length (S7). */
    GROW_BEFORE_SIZE_DURABLE {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int round = 0; round < 4; round++) {
                stage.fill(4 << round);
                if (round == 2) {
                    stage.checkpoint();
                }
            }
        }
    },
    /** The very first pages go home over and over, each time after they changed: torn, they are repaired from their copies like any other (D4, P8). */
    DOUBLEWRITE_FIRST_PAGE {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int round = 0; round < 3; round++) {
                stage.fill(1); // changes the first map of the space, too
                DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
                stage.checkpoint();
            }
        }
    },
    /** What was committed and not synced is in doubt when the store opens again; what that recovery showed, a second crash must not take back, nor put a lost journal's pages over it (unlink-lost). */
    JOURNAL_COMES_BACK {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(3);
            for (int round = 0; round < 3; round++) {
                DirectedScenario.commitAll(stage, pages.subList(0, 1 + round), Durability.POWER_SAFE);
                DirectedScenario.commit(stage, pages.get(round), round == 1 ? Durability.PROCESS_SAFE : Durability.POWER_SAFE);
            }
        }
    },
    /** Records of pages that were given back since: recovery comes upon them without their pages, and again after a second crash (R8). */
    REPLAY_OVER_DROPPED_PAGES {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(6);
            stage.checkpoint();
            for (int round = 0; round < 2; round++) {
                DirectedScenario.commitAll(stage, pages.subList(2 * round, 6), Durability.POWER_SAFE);
                Actor actor = stage.actor(0);
                actor.begin();
                actor.free(pages.get(2 * round));
                actor.free(pages.get(2 * round + 1));
                actor.commit(Durability.POWER_SAFE);
                stage.crash(round == 0 ? CrashKind.PROCESS : CrashKind.POWER);
            }
            stage.fill(2);
            DirectedScenario.commit(stage, pages.get(5), Durability.POWER_SAFE);
        }
    },
    /** Losers whose undo was never written home, nor anything else since the checkpoint: what they changed, and what takes it back, are both in the log only (A, L). */
    UNDO_READ_BEFORE_REDO {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(8);
            stage.checkpoint();
            for (int loser = 1; loser <= 3; loser++) {
                Actor actor = stage.actor(loser);
                actor.begin();
                for (long page : pages.subList(2 * loser, 2 * loser + 2)) {
                    actor.write(page);
                    actor.write(page, 3, 9);
                }
            }
            DirectedScenario.commitAll(stage, pages.subList(0, 2), Durability.POWER_SAFE);
        }
    };

    @Override
    public String title() {
        return "bug-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
