package dev.afterimage.spitests.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What caught which fault, as a section of a page for people. */
final class FaultTable {
    private static final String PAGE = "docs/help/what-the-kit-catches.md";
    private static final String WRITE = "-Dafterimage.seeded-faults=write";

    private FaultTable() {
    }

    /** The section, its marks included; a fault that was not caught is said to be so. */
    static String of(String strategy, List<SeededFault> faults, List<Verdict> verdicts, List<Unseeded> unseeded) {
        StringBuilder text = new StringBuilder(begin(strategy)).append('\n');
        text.append("| fault | what the faulty code does | put into | rule | caught in | scenarios | crash states |\n|---|---|---|---|---|--:|--:|\n");
        for (SeededFault fault : faults) {
            text.append(row(fault)).append(verdicts.stream().filter(verdict -> verdict.fault().equals(fault)).map(FaultTable::measured).findFirst().orElse(" not caught | | | |")).append('\n');
        }
        if (!unseeded.isEmpty()) {
            text.append("\n| not put in | why |\n|---|---|\n");
            unseeded.forEach(one -> text.append(row(one)).append('\n'));
        }
        return text.append(end(strategy)).append('\n').toString();
    }

    private static String begin(String strategy) {
        return "<!-- seeded faults of " + strategy + ": written by its tests with " + WRITE + " -->";
    }

    private static String end(String strategy) {
        return "<!-- end of " + strategy + " -->";
    }

    private static String row(SeededFault fault) {
        return "| " + fault.id() + " | " + fault.sentence() + " | " + fault.places() + " |";
    }

    private static String row(Unseeded one) {
        return "| " + one.id() + " | " + one.reason() + " |";
    }

    private static String measured(Verdict verdict) {
        return " " + verdict.rule() + " | " + verdict.hunt() + " | " + verdict.cases() + " | " + (verdict.crashStates() == 0 ? "none" : verdict.crashStates()) + " |";
    }

    /** Puts a section in place of the one that the page has. */
    static void replace(Path folder, String strategy, String table) {
        String page = page(folder);
        int from = page.indexOf(begin(strategy));
        int to = page.indexOf(end(strategy));
        if (from < 0 || to < 0) {
            throw new IllegalStateException(PAGE + ": expected the lines \"" + begin(strategy) + "\" and \"" + end(strategy) + "\"");
        }
        try {
            Files.writeString(folder.resolve(PAGE), page.substring(0, from) + table.strip() + page.substring(to + end(strategy).length()));
        } catch (IOException e) {
            throw new UncheckedIOException(PAGE, e);
        }
    }

    /** Fails unless the page's section has exactly these rows. */
    static void requireListed(Path folder, String strategy, List<SeededFault> faults, List<Unseeded> unseeded) {
        List<String> wanted = new ArrayList<>(faults.stream().map(FaultTable::row).toList());
        wanted.addAll(unseeded.stream().map(FaultTable::row).toList());
        String page = page(folder);
        int from = page.indexOf(begin(strategy));
        int to = page.indexOf(end(strategy));
        List<String> rows = from < 0 || to < 0 ? List.of()
                : page.substring(from, to).lines().filter(line -> line.startsWith("| ") && !line.startsWith("| fault ") && !line.startsWith("| not put in ")).toList();
        boolean same = rows.size() == wanted.size();
        for (int index = 0; same && index < rows.size(); index++) {
            same = rows.get(index).startsWith(wanted.get(index)) && !rows.get(index).contains("not caught");
        }
        if (!same) {
            throw new AssertionError(PAGE + ": expected the faults of " + strategy + " as they are listed now, each of them caught; run this test class with " + WRITE + ", which brings the page up to date");
        }
    }

    private static String page(Path folder) {
        try {
            return Files.readString(folder.resolve(PAGE));
        } catch (IOException e) {
            throw new UncheckedIOException(PAGE, e);
        }
    }
}
