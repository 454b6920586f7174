package dev.afterimage.spitests.play;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.afterimage.api.Durability;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;

/** Readers of one moment beside writers (rules V1 to V3); only for strategies that have snapshots. */
public enum SnapshotScenario implements Scenario {
    /** A snapshot and a writer on the same pages: neither waits, and the snapshot sees no half of the commit. */
    SNAPSHOT_BESIDE_WRITER {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            Actor writer = stage.actor(1);
            Actor reader = stage.actor(2);
            for (int round = 0; round < 2; round++) {
                writer.begin();
                pages.subList(0, 3).forEach(writer::write);
                // The writer holds its locks and has not ended.
                atOnce(reader, "a snapshot beside a writer", () -> reader.begin(SNAPSHOT) && readAll(reader, pages));
                atOnce(writer, "a writer beside a snapshot", () -> writer.write(pages.get(3)) && writer.commit(Durability.POWER_SAFE));
                atOnce(reader, "a snapshot after a commit", () -> readAll(reader, pages));
                stage.checkpoint();
                stage.background();
                atOnce(reader, "a snapshot's end", () -> readAll(reader, pages) && reader.commit(Durability.POWER_SAFE));
            }
        }
    },
    /** Pages are written, freed and taken again while a snapshot is open, many times; another one begins in between. */
    SNAPSHOT_OF_PAGES_THAT_GO {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(6);
            Actor first = begun(stage, 1);
            Actor actor = stage.actor(0);
            Actor second = null;
            for (int round = 0; round < 4; round++) {
                actor.begin();
                actor.free(pages.get(round));
                actor.write(pages.get(5));
                actor.commit(Durability.POWER_SAFE);
                stage.fill(2);
                mustRead(first, pages);
                if (round == 1) {
                    second = begun(stage, 2);
                    stage.checkpoint();
                }
                if (second != null) {
                    mustRead(second, stage.model().knownPages());
                }
                stage.background();
            }
            first.commit(Durability.POWER_SAFE);
            stage.fill(3);
            mustRead(second, stage.model().knownPages());
            stage.fill(3);
        }
    },
    /** What it saw was not durable: its commit is not answered before that is (D3). */
    SNAPSHOT_AFTER_RELAXED {
        @Override
        public void play(Stage stage) {
            stage.create();
            for (int round = 0; round < 3; round++) {
                DirectedScenario.commit(stage, stage.root(), round % 2 == 0 ? Durability.RELAXED : Durability.PROCESS_SAFE);
                Actor reader = begun(stage, 1);
                DirectedScenario.commit(stage, stage.root(), Durability.RELAXED);
                mustRead(reader, List.of(stage.root()));
                reader.commit(round == 1 ? Durability.PROCESS_SAFE : Durability.POWER_SAFE);
            }
        }
    },
    /** Many times the cache is written over while a snapshot is open. */
    SNAPSHOT_LARGER_THAN_CACHE {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(2 * stage.subject().cachePages());
            Actor reader = begun(stage, 1);
            for (int round = 0; round < 3; round++) {
                DirectedScenario.commitAll(stage, pages, round == 1 ? Durability.RELAXED : Durability.POWER_SAFE);
                mustRead(reader, pages);
            }
            Actor unfinished = stage.actor(2);
            unfinished.begin();
            pages.forEach(unfinished::write);
            mustRead(reader, pages);
            mustRead(begun(stage, 3), pages);
        }
    },
    /** A snapshot of a time at which somebody had written and then rolled back, to a savepoint and altogether. */
    SNAPSHOT_AMID_ROLLBACK {
        @Override
        public void play(Stage stage) {
            stage.create();
            List<Long> pages = stage.fill(4);
            Actor loser = stage.actor(2);
            loser.begin();
            pages.forEach(loser::write);
            loser.savepoint();
            loser.free(pages.get(3));
            loser.allocate(0, PageContent.SLOTS);
            Actor before = begun(stage, 1);
            mustRead(before, pages);
            loser.rollbackTo(0);
            mustRead(before, pages);
            stage.checkpoint();
            loser.rollback();
            mustRead(before, pages);
            mustRead(begun(stage, 3), pages);
            DirectedScenario.commit(stage, pages.get(1), Durability.POWER_SAFE);
            mustRead(before, pages);
        }
    };

    static final TransactionOptions SNAPSHOT = TransactionOptions.readOnlySnapshot();
    private static final int AT_ONCE_SECONDS = 20;

    @Override
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Actor begun(Stage stage, int number) {
        Actor reader = stage.actor(number);
        if (!reader.begin(SNAPSHOT)) {
            throw new Violation("V2", "a snapshot: expected it to begin, found " + stage.refusals(), stage.failure());
        }
        return reader;
    }

    private static boolean readAll(Actor reader, Iterable<Long> pages) {
        for (long page : pages) {
            if (!reader.read(page)) {
                return false;
            }
        }
        return true;
    }

    private static void mustRead(Actor reader, Iterable<Long> pages) {
        if (!readAll(reader, pages)) {
            throw new Violation("V2", "a snapshot: expected it to read whatever goes on beside it, found that it was ended", null);
        }
    }

    /** Steps of one actor that wait for nobody. */
    private static void atOnce(Actor actor, String what, Callable<Boolean> steps) {
        Future<Boolean> started = actor.start(steps);
        try {
            started.get(AT_ONCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Violation("V2", what + ": expected nobody to wait for anybody, found it waiting for " + AT_ONCE_SECONDS + " seconds", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // Told below, as it is.
        }
        if (!Actor.finish(started)) {
            throw new Violation("V2", what + ": expected it to go on, found that it was ended", null);
        }
    }
}
