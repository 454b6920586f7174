package dev.afterimage.spitests.faults;

import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.RuleCheck;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.Scenarios;
import dev.afterimage.spitests.play.ThreadsWorkload;

/** Something that the kit does with a strategy, by the name that it has in replay lines. Two of one title are equal. */
public final class Hunt {
    private final String title;
    private final Consumer<Campaign> run;
    /** Whether it looks at as many crash states as the campaign's effort says. */
    private final boolean swept;

    private Hunt(String title, boolean swept, Consumer<Campaign> run) {
        this.title = title;
        this.swept = swept;
        this.run = run;
    }

    /** Whether more effort makes it look at more. */
    boolean isSwept() {
        return swept;
    }

    /** A scenario, with the crash states of it (up to a cap, evenly spread). */
    public static Hunt scenario(String name) {
        return new Hunt(name, true, campaign -> campaign.directed(Scenarios.named(name)));
    }

    /** A scenario as it is played, without a crash: for what shows at once. */
    public static Hunt played(String name) {
        return new Hunt(name + ", played", false, campaign -> campaign.play(Scenarios.named(name)));
    }

    /** A scenario whose recoveries are crashed as well, one in five of them. */
    public static Hunt nested(String name) {
        return new Hunt(name + ", crashed in recovery", true, campaign -> campaign.directedNested(5, Scenarios.named(name)));
    }

    /** Random workloads of a mix, one seed after the other. */
    public static Hunt random(String mix) {
        return new Hunt(mix + "-SEED", true, campaign -> campaign.random(mixNamed(mix), 100));
    }

    /** Random workloads of a mix whose recoveries are crashed as well, every other one of them. */
    public static Hunt randomNested(String mix) {
        return new Hunt(mix + "-SEED, crashed in recovery", true, campaign -> campaign.randomNested(mixNamed(mix), 100, 2));
    }

    /** Several threads whose turns a seed decides, one seed after the other, for mistakes that no single thread shows; of what they do mostly, {@code mixed}, {@code levels}, {@code readers}, {@code snapshots} or {@code duel}. */
    public static Hunt threads(String lean) {
        ThreadsWorkload.Lean leaning = ThreadsWorkload.Lean.valueOf(lean.toUpperCase(Locale.ROOT));
        return new Hunt("threads-" + lean + "-SEED", true, campaign -> campaign.threads(ThreadsWorkload.Order.SCHEDULED, leaning, 8, 100));
    }

    /** A check that is more than a scenario and its crashes, by its title. */
    public static Hunt check(String title) {
        RuleCheck check = Objects.requireNonNull(RuleCheck.named(title), () -> "no check has the title " + title);
        return new Hunt(title, false, campaign -> campaign.check(check));
    }

    /** Each sync of a short run fails, in each way a sync can fail. */
    public static Hunt failedSyncs() {
        return new Hunt("failed-sync-WAY-N", false, Campaign::failedSyncs);
    }

    /** The process dies at each sync of a short run, or after a write, and later the power fails. */
    public static Hunt killedProcesses() {
        return new Hunt("killed-WHEN-N", false, Campaign::killedProcesses);
    }

    /** The disk fills up sooner or later. */
    public static Hunt fullDisks() {
        return new Hunt("full-disk-SECTORS", false, Campaign::fullDisks);
    }

    /** Some of the reads, and of the writes, of a rollback fail. */
    public static Hunt failingRollbacks() {
        return new Hunt("failing-rollback-WAY-N", false, Campaign::failingRollbacks);
    }

    private static Mix mixNamed(String title) {
        return Mix.ALL_AND_LONG.stream().filter(mix -> mix.title().equals(title)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("mix: expected one of " + Mix.ALL_AND_LONG.stream().map(Mix::title).toList() + ", found " + title));
    }

    /** What it is called. */
    public String title() {
        return title;
    }

    void run(Campaign campaign) {
        run.accept(campaign);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hunt that && title.equals(that.title);
    }

    @Override
    public int hashCode() {
        return title.hashCode();
    }

    @Override
    public String toString() {
        return title;
    }
}
