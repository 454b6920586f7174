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
        stage.disk().faults().duringNextSync(file -> true, () -> {
            Future<Boolean> answer = reader.startReading(stage.root(), Durability.POWER_SAFE);
            pending.set(answer);
            reader.awaitBlockedOr(answer);
        });
        DirectedScenario.commit(stage, stage.root(), writer);
        if (pending.get() != null) {
            Actor.finish(pending.get());
        }
        DirectedScenario.commit(stage, stage.root(), Durability.POWER_SAFE);
    }
}
