package dev.afterimage.spitests.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What caught which fault, as a section of a page for people. */
final class FaultTable {
    static final String KIND = "seeded faults";

    private FaultTable() {
    }

    static PageSection section(String strategy) {
        return new PageSection(KIND, strategy);
    }

    /** The section, its marks included; a fault that was not caught is said to be so. */
    static String of(String strategy, List<SeededFault> faults, List<Verdict> verdicts, List<Unseeded> unseeded) {
        StringBuilder text = new StringBuilder("| fault | what the faulty code does | put into | rule | caught in | scenarios | crash states |\n|---|---|---|---|---|--:|--:|\n");
        for (SeededFault fault : faults) {
            text.append(row(fault)).append(verdicts.stream().filter(verdict -> verdict.fault().equals(fault)).map(FaultTable::measured).findFirst().orElse(" not caught | | | |")).append('\n');
        }
        if (!unseeded.isEmpty()) {
            text.append("\n| not put in | why |\n|---|---|\n");
            unseeded.forEach(one -> text.append(row(one)).append('\n'));
        }
        return section(strategy).marked(text.toString());
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

    /** Fails unless the page's section has exactly these rows. */
    static void requireListed(Path folder, String strategy, List<SeededFault> faults, List<Unseeded> unseeded) {
        List<String> wanted = new ArrayList<>(faults.stream().map(FaultTable::row).toList());
        wanted.addAll(unseeded.stream().map(FaultTable::row).toList());
        List<String> rows = section(strategy).rows(folder);
        boolean same = rows.size() == wanted.size();
        for (int index = 0; same && index < rows.size(); index++) {
            same = rows.get(index).startsWith(wanted.get(index)) && !rows.get(index).contains("not caught");
        }
        if (!same) {
            throw new AssertionError(PageSection.PAGE + ": expected the faults of " + strategy + " as they are listed now, each of them caught; run this test class with " + PageSection.WRITE
                    + ", which brings the page up to date");
        }
    }
}
