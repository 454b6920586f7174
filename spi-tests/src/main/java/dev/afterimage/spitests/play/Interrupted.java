package dev.afterimage.spitests.play;

import org.jspecify.annotations.Nullable;

/**
 * A random workload whose actors are interrupted again and again (rule F3): nothing may come of it but, at most, a transaction that was told to roll back.
 *
 * @param mixSeed the workload's seed
 */
public record Interrupted(long mixSeed) implements Scenario {
    private static final String PREFIX = "interrupted-";

    /** Reads a title; null if it is none of these. */
    @Nullable
    static Interrupted named(String title) {
        return title.matches(PREFIX + "\\d{1,18}") ? new Interrupted(Long.parseLong(title.substring(PREFIX.length()))) : null;
    }

    @Override
    public String title() {
        return PREFIX + mixSeed;
    }

    @Override
    public long seed() {
        return mixSeed;
    }

    @Override
    public void play(Stage stage) {
        stage.interruptions(3);
        new RandomWorkload(Mix.MIXED, mixSeed).play(stage);
    }
}
