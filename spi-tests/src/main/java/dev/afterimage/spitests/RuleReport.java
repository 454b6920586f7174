package dev.afterimage.spitests;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

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
 * @param points crash points at which something was undecided
 * @param pointsProved of these, those at which every legal image was looked at, or agrees with one that was in all that was read of it
 * @param time how long it took
 * @param marks how often it met what a campaign must meet to mean anything, by what that is
 * @param figures what was measured, in a sentence, or empty
 * @param detail the failure's message, or empty
 */
public record RuleReport(String strategy, String rule, String title, Verdict verdict, long cases, long statesTotal, long statesVisited, long statesDistinct,
        long points, long pointsProved, Duration time, Map<String, Long> marks, String figures, String detail) {

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
    private static final String REPLAY = "replay: ";

    /** Copies the marks, in their order. */
    public RuleReport {
        marks = new LinkedHashMap<>(marks);
    }

    /** How often it met what a campaign must meet, by what that is. */
    @Override
    public Map<String, Long> marks() {
        return new LinkedHashMap<>(marks);
    }

    /** What the rule says: the title without its number. */
    public String sentence() {
        return title.startsWith(rule + " ") ? title.substring(rule.length() + 1) : title;
    }

    /** The line that replays the failure, if there is one. */
    public Optional<String> replayLine() {
        return detail.lines().findFirst().filter(line -> line.startsWith(REPLAY)).map(line -> line.substring(REPLAY.length()));
    }

    /** What was expected and what was found, without the line that replays it; of something that is no failure, why. */
    public String finding() {
        return replayLine().isEmpty() ? detail : detail.substring(detail.indexOf('\n') + 1);
    }

    /** Which part of the crash points was proved exhaustively, 0 to 1; 0 where there were none. */
    public double shareProved() {
        return points == 0 ? 0 : (double) pointsProved / points;
    }

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
        entry.put(PREFIX + "points", Long.toString(points));
        entry.put(PREFIX + "nanos", Long.toString(time.toNanos()));
        entry.put(PREFIX + "marks", marks.isEmpty() ? "-" : marks.entrySet().stream().map(mark -> mark.getKey() + "=" + mark.getValue()).collect(Collectors.joining(";")));
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
                number(entry, "states-distinct"), number(entry, "points"), number(entry, "points-proved"), Duration.ofNanos(number(entry, "nanos")),
                marks(entry.get(PREFIX + "marks")), figures.equals("-") ? "" : figures, detail.equals("-") ? "" : detail));
    }

    private static Map<String, Long> marks(@Nullable String text) {
        List<String> marks = text == null || text.equals("-") ? List.of() : Arrays.asList(text.split(";"));
        Map<String, Long> counts = new LinkedHashMap<>();
        marks.forEach(mark -> counts.put(mark.substring(0, mark.indexOf('=')), Long.parseLong(mark.substring(mark.indexOf('=') + 1))));
        return counts;
    }

    private static long number(Map<String, String> entry, String name) {
        return Long.parseLong(entry.get(PREFIX + name));
    }
}
