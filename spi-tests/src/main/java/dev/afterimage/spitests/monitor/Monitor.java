package dev.afterimage.spitests.monitor;

import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;

/** One thing that is watched while a scenario runs. Each is a necessary condition, for strategies that store values as they are; what each rests on beyond that stands beside it. */
public enum Monitor {
    /** What is answered is durable: once a commit is acknowledged power-safe, each value that it and its predecessors owe has a durable copy somewhere. */
    ANSWER_AFTER_DURABLE("D1"),
    /** No write, cut, deletion or rename puts the last durable copy of a value at risk that is owed: at every moment at least one legal state has a durable copy of each of its values. */
    LAST_COPY("W1"),
    /**
     * A strategy that redoes overwrites the last durable copy of a value in its log only when something else, which holds no values, became durable after the home did: that which says that redo begins later. Rests on
     * there being such a thing as a control block; a log whose beginning is found by looking at the log alone does without.
     */
    CHECKPOINT_BEFORE_RECYCLING("W1"),
    /**
     * A strategy that does not redo has all values of a commit durable before it begins the last change of the disk ahead of the answer: the root, or the end of a journal. Rests on that change not covering the values by a
     * checksum, so that it may lie there without them.
     */
    VALUES_BEFORE_COMMIT_POINT("W1"),
    /** A strategy that redoes writes a new value over an old one at a page's home only when the new one has a durable copy elsewhere, in the log; of an unfinished transaction it is enough that what is owed of that page has. Where pages are written twice, the first of these copies is no log. */
    LOG_BEFORE_DATA("W2"),
    /** A strategy that does not steal writes no value of an unfinished, or rolled-back, transaction over another at a page's home. */
    NOTHING_STOLEN("P1");

    private final String rule;

    Monitor(String rule) {
        this.rule = rule;
    }

    /** The rule that it watches. */
    public String rule() {
        return rule;
    }

    /** Whether it applies to a strategy of these traits. */
    public boolean appliesTo(StrategyTraits traits) {
        return switch (this) {
            case ANSWER_AFTER_DURABLE, LAST_COPY -> true;
            case CHECKPOINT_BEFORE_RECYCLING, LOG_BEFORE_DATA -> traits.redo() && hasHomes(traits);
            case VALUES_BEFORE_COMMIT_POINT -> !traits.redo();
            case NOTHING_STOLEN -> !traits.steal() && hasHomes(traits);
        };
    }

    /** Pages that are copied on write live now here, now there. */
    private static boolean hasHomes(StrategyTraits traits) {
        return traits.tornPageProtection() != TornPageProtection.COPY_ON_WRITE;
    }
}
