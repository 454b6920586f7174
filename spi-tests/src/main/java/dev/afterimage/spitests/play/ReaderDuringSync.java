package dev.afterimage.spitests.play;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.Durability;

/**
 * While a commit waits for its sync, another transaction reads what it wrote and commits (rule D3; E1 of the fault model): locks are free by then, so it can
 * read, but it must not be answered before the sync is complete.
 *
 * @param writer the level the first transaction waits for
 */
public record ReaderDuringSync(Durability writer) implements Scenario {
    private static final int ROUNDS = 3;
    private static final int SYNCS_MAX = 8;

    @Override
    public String title() {
        return "reader-during-sync";
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
        Actor reader = stage.actor(1);
        AtomicReference<Future<Boolean>> pending = new AtomicReference<>();
        for (int round = 0; round < ROUNDS; round++) {
            // The first syncs of a commit may come before its locks are free; a reader that is refused then tries again in the next one.
            for (int sync = 0; sync < SYNCS_MAX; sync++) {
                stage.disk().faults().duringNextSync(file -> true, () -> {
                    if (pending.get() == null || pending.get().isDone()) {
                        Future<Boolean> answer = reader.startReading(stage.root(), Durability.POWER_SAFE);
                        pending.set(answer);
                        reader.awaitBlockedOr(answer);
                    }
                });
            }
            DirectedScenario.commit(stage, stage.root(), writer);
            stage.disk().faults().clear();
            if (pending.get() != null) {
                Actor.finish(pending.get());
            }
        }
    }
}
