package dev.afterimage.spitests.model;

import org.jspecify.annotations.Nullable;

/** A rule was broken; the first line of the message names it. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String rule;
    private final String finding;
    private final String replay;

    /**
     * Says what was broken.
     *
     * @param rule the rule's number
     * @param finding what was expected and what was found
     * @param cause what the store threw, if it threw
     */
    public Violation(String rule, String finding, @Nullable Throwable cause) {
        super("rule " + rule + ": " + finding, cause);
        this.rule = rule;
        this.finding = finding;
        this.replay = "";
    }

    private Violation(String replay, String story, Violation cause) {
        super("replay: " + replay + "\n" + story + "rule " + cause.rule + ": " + cause.finding, cause);
        this.rule = cause.rule;
        this.finding = cause.finding;
        this.replay = replay;
    }

    /** The rule's number, for example D1. */
    public String rule() {
        return rule;
    }

    /** What was expected and what was found. */
    public String finding() {
        return finding;
    }

    /** This violation with the line that replays it in front. */
    public Violation replayedBy(String replay) {
        return new Violation(replay, "", this);
    }

    /** This violation with the line that replays it in front, and the longer one that it was shrunk from behind. */
    public Violation shrunkFrom(String original, String how) {
        return new Violation(replay, "shrunk from: " + original + " (" + how + ")\n", this);
    }

    /** The line that replays it; empty if nobody said. */
    public String replay() {
        return replay;
    }
}
