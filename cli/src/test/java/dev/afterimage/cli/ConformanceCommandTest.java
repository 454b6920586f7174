package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.xml.parsers.DocumentBuilderFactory;

import dev.afterimage.spitests.ConformanceRun;
import dev.afterimage.spitests.RuleReport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import picocli.CommandLine.Help.Ansi;

@DisplayName("afterimage conformance")
class ConformanceCommandTest extends CommandLineTest {
    private static final Pattern REPLAY = Pattern.compile("--replay '(kit1:[^']+:k?[^']*)'");

    @Test
    @DisplayName("tells of a plug-in that syncs nothing which rules it breaks, in a table, in JUnit's XML and in a page, and each failure's line shows it again; the same plug-in with syncs passes")
    void broken() throws Exception {
        String jar = PluginJar.careless(folder, "careless", "careless").toString();
        Path report = folder.resolve("made").resolve("report");
        assertEquals(1, run("conformance", "--strategy", "careless", "--module-path", jar, "--rules", "D1,F3,A11", "--crash-states", "100", "--report", report.toString()), err::toString);
        String table = out.toString();
        assertTrue(table.lines().anyMatch(line -> line.startsWith("D1 ") && line.endsWith("FAILED")), table);
        assertTrue(table.lines().anyMatch(line -> line.startsWith("A11") && line.endsWith("refused")), table);
        assertTrue(table.contains("careless breaks rules."), table);
        assertFalse(table.contains("\u001b["), "no colours where there is no terminal");
        assertFalse(err.toString().contains("\r"), "no bar where there is no terminal");

        Element suite = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.resolve("TEST-careless.xml").toFile()).getDocumentElement();
        NodeList cases = suite.getElementsByTagName("testcase");
        assertEquals(suite.getAttribute("tests"), String.valueOf(cases.getLength()));
        assertEquals(suite.getAttribute("failures"), String.valueOf(suite.getElementsByTagName("failure").getLength()));
        assertEquals("0", suite.getAttribute("errors"));
        assertEquals(suite.getAttribute("skipped"), String.valueOf(suite.getElementsByTagName("skipped").getLength()));
        assertEquals("1", suite.getAttribute("skipped"));

        String page = Files.readString(report.resolve("index.html"));
        assertTrue(page.contains("Rules are broken") && page.contains("An awaited POWER_SAFE commit survives power loss"), page);
        assertFalse(page.matches("(?s).*(<script|<link|src=|href=|url\\().*"), "the page needs nothing else");

        Matcher replay = REPLAY.matcher(table);
        assertTrue(replay.find(), table);
        assertTrue(page.contains(replay.group(1)), page);
        assertEquals(1, run("conformance", "--replay", replay.group(1), "--module-path", jar), err::toString);
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("verdict     the failure is still there: rule ")), out::toString);
        assertTrue(out.toString().contains("scenario    "), out::toString);
        assertNull(System.getProperty("afterimage.effort"), "settings of one run are not those of the next");

        String careful = PluginJar.careful(Files.createDirectory(folder.resolve("mended")), "careless", "careless").toString();
        assertEquals(0, run("conformance", "--strategy", "careless", "--module-path", careful, "--rules", "D1", "--crash-states", "100", "--seed", "7", "--report", report.toString()), out::toString);
        assertTrue(out.toString().contains("careless keeps all rules."), out::toString);
        assertTrue(Files.readString(report.resolve("index.html")).contains("All rules hold"));
    }

    @Test
    @DisplayName("has a table that fits terminals of any width, without cutting a sentence")
    void widths() {
        ConformanceRun run = new ConformanceRun();
        String sentence = "Restart with several losers, cut short at each of its syncs, and the restart after that as well, comes to the same state";
        for (RuleReport.Verdict verdict : RuleReport.Verdict.values()) {
            run.add(new RuleReport("s", "A2", "A2 " + sentence, verdict, 12, 123_456_789_012L, 12_345_678, 999_999, 1000, 999, Duration.ofSeconds(1234), Map.of(), "", ""));
        }
        for (int width : new int[] {60, 72, 80, 100, 120, 200}) {
            List<String> lines = new ConformanceTable(width, Ansi.OFF).render(run).lines().toList();
            assertTrue(lines.stream().allMatch(line -> line.length() <= width), () -> String.join("\n", lines));
            assertTrue(lines.stream().anyMatch(line -> line.contains("99%")), () -> String.join("\n", lines));
            assertEquals(1, lines.stream().filter(line -> line.startsWith("A2")).count());
            List<String> says = new ArrayList<>();
            int from = lines.get(1).indexOf("what it says");
            int to = lines.get(1).indexOf("in all") - 3;
            lines.subList(3, lines.size() - 2).forEach(line -> says.add(line.substring(from, Math.min(line.length(), to)).strip().replaceAll("  .*", "")));
            assertTrue(String.join(" ", says).contains(sentence), () -> String.join("\n", lines));
        }
    }
}
