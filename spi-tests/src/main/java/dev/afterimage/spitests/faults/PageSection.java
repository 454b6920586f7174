package dev.afterimage.spitests.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A part of the page of what the kit catches that tests write, between two marks.
 *
 * @param kind what it is about, for example the seeded faults
 * @param name whose
 */
record PageSection(String kind, String name) {
    static final String PAGE = "docs/help/what-the-kit-catches.md";
    static final String WRITE = "-Dafterimage.seeded-faults=write";

    /** The text with its marks. */
    String marked(String text) {
        return begin() + '\n' + text + end() + '\n';
    }

    private String begin() {
        return "<!-- " + kind + " of " + name + ": written by its tests with " + WRITE + " -->";
    }

    private String end() {
        return "<!-- end of " + (kind.equals(FaultTable.KIND) ? "" : kind + " of ") + name + " -->";
    }

    /** Puts this in place of what the page has between the marks. */
    void replace(Path folder, String marked) {
        String page = page(folder);
        int from = page.indexOf(begin());
        int to = page.indexOf(end());
        if (from < 0 || to < 0) {
            throw new IllegalStateException(PAGE + ": expected the lines \"" + begin() + "\" and \"" + end() + "\"");
        }
        try {
            Files.writeString(folder.resolve(PAGE), page.substring(0, from) + marked.strip() + page.substring(to + end().length()));
        } catch (IOException e) {
            throw new UncheckedIOException(PAGE, e);
        }
    }

    /** The lines of tables between the marks, heads left out; none if the page has no such section. */
    List<String> rows(Path folder) {
        String page = page(folder);
        int from = page.indexOf(begin());
        int to = page.indexOf(end());
        return from < 0 || to < 0 ? List.of() : page.substring(from, to).lines().filter(line -> line.startsWith("| ") && !line.startsWith("| fault ") && !line.startsWith("| not put in ")).toList();
    }

    private static String page(Path folder) {
        try {
            return Files.readString(folder.resolve(PAGE));
        } catch (IOException e) {
            throw new UncheckedIOException(PAGE, e);
        }
    }
}
