package dev.afterimage.spitests;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What became of one conformance test: published as a JUnit report entry, so that any listener can collect it.
 *
 * @param strategy the strategy's name
 * @param rule the rule's number
 * @param title the test's sentence
 * @param verdict what became of it
 * @param cases scenarios and variants of them that were played
 * @param statesTotal crash states that the enumeration describes
 * @param statesVisited of these, looked at
 * @param statesDistinct disk images among these, no two equal
 * @param pointsProved crash points at which every legal image was looked at
 * @param figures what was measured, in a sentence, or empty
 * @param detail the failure's message, or empty
 */
public record RuleReport(String strategy, String rule, String title, Verdict verdict, long cases, long statesTotal, long statesVisited, long statesDistinct,
        long pointsProved, String figures, String detail) {

    /** What became of a test. */
    public enum Verdict {
        /** The rule held wherever it was tried. */
        PASSED,
        /** It was broken. */
        FAILED,
        /** It does not apply to a strategy of these traits, or could not be tried. */
        REFUSED
    }

    private static final String PREFIX = "afterimage.";

    /** The entry to publish. */
    public Map<String, String> toEntry() {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put(PREFIX + "strategy", strategy);
        entry.put(PREFIX + "rule", rule);
        entry.put(PREFIX + "title", title);
        entry.put(PREFIX + "verdict", verdict.name());
        entry.put(PREFIX + "cases", Long.toString(cases));
        entry.put(PREFIX + "states-total", Long.toString(statesTotal));
        entry.put(PREFIX + "states-visited", Long.toString(statesVisited));
        entry.put(PREFIX + "states-distinct", Long.toString(statesDistinct));
        entry.put(PREFIX + "points-proved", Long.toString(pointsProved));
        entry.put(PREFIX + "figures", figures.isBlank() ? "-" : figures);
        entry.put(PREFIX + "detail", detail.isBlank() ? "-" : detail);
        return entry;
    }

    /** Reads an entry, if it is one of these. */
    public static Optional<RuleReport> fromEntry(Map<String, String> entry) {
        if (!entry.containsKey(PREFIX + "rule")) {
            return Optional.empty();
        }
        String figures = entry.getOrDefault(PREFIX + "figures", "-");
        String detail = entry.get(PREFIX + "detail");
        return Optional.of(new RuleReport(entry.get(PREFIX + "strategy"), entry.get(PREFIX + "rule"), entry.get(PREFIX + "title"),
                Verdict.valueOf(entry.get(PREFIX + "verdict")), number(entry, "cases"), number(entry, "states-total"), number(entry, "states-visited"),
                number(entry, "states-distinct"), number(entry, "points-proved"), figures.equals("-") ? "" : figures, detail.equals("-") ? "" : detail));
    }

    private static long number(Map<String, String> entry, String name) {
        return Long.parseLong(entry.get(PREFIX + name));
    }
}
