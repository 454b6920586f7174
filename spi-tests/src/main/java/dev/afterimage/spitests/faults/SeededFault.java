package dev.afterimage.spitests.faults;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A known mistake, where it is put, and what must catch it.
 *
 * <pre>{@code
 * SeededFault.of("W1", "a page goes home before the log that explains it is durable")
 *         .in("buffer", "dev.afterimage.buffer.HomePages", "barrier.beforeWrite(PageHeader.pageLsn(page));", "")
 *         .caughtBy("A1 D2", Hunt.scenario("checkpoint-after-relaxed"))
 * }</pre>
 *
 * <p>Immutable; each method answers a changed copy.
 *
 * @param id its letter and number in the fault model's catalogue; variants have a small letter behind it
 * @param sentence what the faulty code does
 * @param patches the replacements that put it into the source
 * @param options options of the strategy it needs beside the small ones, for example the guard that it spoils
 * @param rules the rules one of which must be broken: one mistake can show in more than one way
 * @param hunts what is run, in this order, until a rule is broken
 */
public record SeededFault(String id, String sentence, List<Patch> patches, Map<String, String> options, Set<String> rules, List<Hunt> hunts) {
    /** Copies the collections. */
    public SeededFault {
        patches = List.copyOf(patches);
        options = Map.copyOf(options);
        rules = Set.copyOf(rules);
        hunts = List.copyOf(hunts);
    }

    /** One that is nowhere yet. */
    public static SeededFault of(String id, String sentence) {
        return new SeededFault(id, sentence, List.of(), Map.of(), Set.of(), List.of());
    }

    /** Put there as well; see {@link Patch}. */
    public SeededFault in(String module, String type, String before, String after) {
        List<Patch> more = new ArrayList<>(patches);
        more.add(new Patch(module, type, before, after));
        return new SeededFault(id, sentence, more, options, rules, hunts);
    }

    /** With an option of the strategy. */
    public SeededFault with(String option, String value) {
        Map<String, String> more = new LinkedHashMap<>(options);
        more.put(option, value);
        return new SeededFault(id, sentence, patches, more, rules, hunts);
    }

    /**
     * Caught by one of these rules in one of these hunts.
     *
     * @param ruleNumbers the rules' numbers, with spaces between
     */
    public SeededFault caughtBy(String ruleNumbers, Hunt... by) {
        return new SeededFault(id, sentence, patches, options, Set.of(ruleNumbers.split(" ")), List.of(by));
    }

    /** Where it is, for people to read: modules and classes. */
    String places() {
        Set<String> places = new TreeSet<>();
        patches.forEach(patch -> places.add(patch.module() + ": " + patch.simpleName()));
        return String.join(", ", places);
    }
}
