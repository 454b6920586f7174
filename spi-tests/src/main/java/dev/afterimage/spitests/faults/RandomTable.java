package dev.afterimage.spitests.faults;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What chance found of each fault, as a section of a page for people; what was not hunted this time stays as the page has it. */
final class RandomTable {
    private static final String KIND = "faults at random";

    private RandomTable() {
    }

    static PageSection section(String strategy) {
        return new PageSection(KIND, strategy);
    }

    /** The rows that the page has, by fault, in the order of the list. */
    static Map<String, String> read(Path folder, String strategy, List<SeededFault> faults) {
        List<String> rows = section(strategy).rows(folder);
        Map<String, String> known = new LinkedHashMap<>();
        for (SeededFault fault : faults) {
            String begin = begin(fault.id(), fault.sentence());
            known.put(begin, rows.stream().filter(row -> row.startsWith(begin)).findFirst().orElse(begin + " not hunted | | | |"));
        }
        return known;
    }

    /** The section, its marks included. */
    static String of(String strategy, List<SeededFault> faults, Map<SeededFault, RandomVerdict> found, Map<String, String> known) {
        Map<String, String> rows = new LinkedHashMap<>(known);
        found.forEach((fault, verdict) -> rows.put(begin(fault.id(), fault.sentence()), begin(fault.id(), fault.sentence()) + measured(verdict)));
        long caught = rows.values().stream().filter(row -> !row.contains("| not ")).count();
        long hunted = rows.values().stream().filter(row -> !row.contains("| not hunted |")).count();
        StringBuilder text = new StringBuilder("At random, " + caught + " of the " + hunted + " that were hunted are caught; " + (faults.size() - hunted) + " were not hunted.\n\n");
        text.append("| fault | what the faulty code does | rule | images | found in | seconds |\n|---|---|---|--:|---|--:|\n");
        rows.values().forEach(row -> text.append(row).append('\n'));
        return section(strategy).marked(text.toString());
    }

    private static String begin(String id, String sentence) {
        return "| " + id + " | " + sentence + " |";
    }

    private static String measured(RandomVerdict verdict) {
        return (verdict.caught() ? " " + verdict.rule() : " not caught") + " | " + String.format("%,d", verdict.images()) + " | " + verdict.where() + " | " + verdict.seconds() + " |";
    }
}
