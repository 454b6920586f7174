package dev.afterimage.spitests;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.check.RuleCheck;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/** One line of a failure, played again, and the story it tells. */
public final class Replay {
    private final List<String> story;
    private final @Nullable Violation violation;

    private Replay(List<String> story, @Nullable Violation violation) {
        this.story = List.copyOf(story);
        this.violation = violation;
    }

    /**
     * The strategy that a line is about.
     *
     * @throws IllegalArgumentException if it is no such line; says what was expected
     */
    public static String strategyOf(String line) {
        return ReplayLine.parse(line.strip()).strategy();
    }

    /**
     * Plays a line again.
     *
     * @param kit an instance of a test class, made for this
     * @param line the line, as a failure printed it
     * @throws IllegalArgumentException if it is no such line, is about another strategy, names a scenario that there is not, or does not fit what the strategy does now
     */
    public static Replay of(RecoveryStrategyConformance kit, String line) {
        return of(kit, ReplayLine.parse(line.strip()));
    }

    static Replay of(RecoveryStrategyConformance kit, ReplayLine line) {
        if (!line.strategy().equals(kit.strategyName())) {
            throw new IllegalArgumentException("replay line: expected one about " + kit.strategyName() + ", found one about " + line.strategy());
        }
        List<String> story = new ArrayList<>();
        story.add("strategy    " + line.strategy() + ", on a disk of the profile " + line.profile().title());
        story.add("scenario    " + line.scenario() + (RuleCheck.named(line.scenario()) != null ? ", a check that is run whole" : line.crashes().isEmpty() ? ", without a crash" : ""));
        Violation violation = null;
        try {
            kit.campaign().replay(line, fact -> story.add(indented(fact)));
        } catch (Violation e) {
            violation = e;
        }
        if (violation == null) {
            story.add("verdict     all is as it should be: the failure is not there any more");
        } else {
            story.add("verdict     the failure is still there: rule " + violation.rule() + " is broken");
            violation.finding().lines().forEach(found -> story.add("            " + found));
        }
        return new Replay(story, violation);
    }

    private static String indented(String fact) {
        return fact.startsWith("crash point ") ? "crash       " + fact.substring("crash ".length()) : "            " + fact;
    }

    /** What it is about, what survived, and what came of it; a line a fact. */
    public List<String> story() {
        return story;
    }

    /** The rule that is still broken, if one is. */
    public Optional<String> brokenRule() {
        return Optional.ofNullable(violation).map(Violation::rule);
    }

    /** Fails as the line failed, if it still does. */
    void demand() {
        if (violation != null) {
            throw violation;
        }
    }
}
