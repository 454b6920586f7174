package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.CrashKind;

/**
 * The clock jumps, years forwards and years back, while a store works and whenever the power fails (rule N1): time orders nothing. What is recovered after each crash, and after those that the kit lets
 * follow, with the clock somewhere else again, is what it is with a clock that goes as it should.
 */
public final class ClockJumps implements Scenario {
    private static final Duration YEARS = Duration.ofDays(20 * 365);
    private static final int ROUNDS = 4;

    /** The one there is. */
    public ClockJumps() {
    }

    @Override
    public String title() {
        return "clock-jumps";
    }

    @Override
    public void play(Stage stage) {
        stage.time().reboot(YEARS);
        stage.create();
        List<Long> pages = stage.fill(4);
        for (int round = 0; round < ROUNDS; round++) {
            Duration jump = round % 2 == 0 ? YEARS.multipliedBy(-2) : YEARS.multipliedBy(2);
            DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
            stage.time().jump(jump);
            DirectedScenario.commit(stage, pages.get(round), Durability.POWER_SAFE);
            stage.checkpoint();
            stage.time().jump(jump.negated());
            DirectedScenario.commit(stage, pages.get(3 - round), Durability.RELAXED);
            stage.background();
            if (round < ROUNDS - 1) {
                stage.clockJumpsAtCrash(jump);
                stage.crash(round % 2 == 0 ? CrashKind.POWER : CrashKind.PROCESS);
            }
        }
        DirectedScenario.commit(stage, pages.get(0), Durability.POWER_SAFE);
    }
}
