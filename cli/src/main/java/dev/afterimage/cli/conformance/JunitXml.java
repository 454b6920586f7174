package dev.afterimage.cli.conformance;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

import dev.afterimage.spitests.RuleReport;
import dev.afterimage.spitests.RuleReport.Verdict;
import dev.afterimage.spitests.RunDescription;

/**
 * A run of the kit in the form that build servers read.
 *
 * <p>JUnit has a writer of its own; this one calls each test by its rule and each suite by its strategy, where that one would call them all by the same methods of one class, and it leaves out
 * the system properties, which name folders and people.
 */
public final class JunitXml {
    private final RunDescription description;
    private final KitRun.Outcome outcome;

    /** The form of that run. */
    public JunitXml(RunDescription description, KitRun.Outcome outcome) {
        this.description = description;
        this.outcome = outcome;
    }

    /** Writes it. */
    public void write(Path file) throws IOException {
        StringWriter text = new StringWriter();
        try {
            render(text);
        } catch (XMLStreamException e) {
            throw new IllegalStateException("XML could not be written into memory", e);
        }
        Files.writeString(file, text.toString(), StandardCharsets.UTF_8);
    }

    private void render(Writer out) throws XMLStreamException {
        List<RuleReport> reports = outcome.reports().reports();
        RuleReport totals = outcome.reports().totals();
        XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeCharacters("\n");
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", "conformance of " + description.strategy());
        xml.writeAttribute("tests", Integer.toString(reports.size() + outcome.problems().size()));
        xml.writeAttribute("failures", Long.toString(outcome.reports().count(Verdict.FAILED)));
        xml.writeAttribute("errors", Integer.toString(outcome.problems().size()));
        xml.writeAttribute("skipped", Long.toString(outcome.reports().count(Verdict.REFUSED)));
        xml.writeAttribute("time", seconds(totals.time()));
        xml.writeAttribute("timestamp", description.date().truncatedTo(ChronoUnit.SECONDS).toString());
        properties(xml);
        for (RuleReport report : reports) {
            testCase(xml, report);
        }
        for (String problem : outcome.problems()) {
            begin(xml, problem.lines().findFirst().orElse("a test"), Duration.ZERO);
            detail(xml, "error", problem.lines().findFirst().orElse(""), problem);
            xml.writeEndElement();
        }
        xml.writeCharacters("\n");
        xml.writeEndElement();
        xml.writeCharacters("\n");
        xml.writeEndDocument();
        xml.close();
    }

    private void properties(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("properties");
        property(xml, "strategy", description.strategy());
        property(xml, "traits", description.traits());
        for (var fact : description.facts().entrySet()) {
            property(xml, fact.getKey(), fact.getValue());
        }
        xml.writeCharacters("\n  ");
        xml.writeEndElement();
    }

    private static void property(XMLStreamWriter xml, String name, String value) throws XMLStreamException {
        xml.writeCharacters("\n    ");
        xml.writeEmptyElement("property");
        xml.writeAttribute("name", legal(name));
        xml.writeAttribute("value", legal(value));
    }

    private void begin(XMLStreamWriter xml, String name, Duration time) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", legal(name));
        xml.writeAttribute("classname", "conformance." + description.strategy());
        xml.writeAttribute("time", seconds(time));
    }

    private void testCase(XMLStreamWriter xml, RuleReport report) throws XMLStreamException {
        begin(xml, report.title(), report.time());
        if (report.verdict() == Verdict.FAILED) {
            detail(xml, "failure", report.finding().lines().findFirst().orElse(""), report.detail());
        } else if (report.verdict() == Verdict.REFUSED) {
            xml.writeCharacters("\n    ");
            xml.writeEmptyElement("skipped");
            xml.writeAttribute("message", legal(report.detail()));
        }
        xml.writeCharacters("\n    ");
        xml.writeStartElement("system-out");
        xml.writeCharacters(legal(String.format(Locale.ROOT, "cases %d; crash states total %d / visited %d / distinct %d; points %d / proved %d%s", report.cases(), report.statesTotal(),
                report.statesVisited(), report.statesDistinct(), report.points(), report.pointsProved(), report.figures().isEmpty() ? "" : "; " + report.figures())));
        xml.writeEndElement();
        xml.writeCharacters("\n  ");
        xml.writeEndElement();
    }

    private static void detail(XMLStreamWriter xml, String element, String message, String text) throws XMLStreamException {
        xml.writeCharacters("\n    ");
        xml.writeStartElement(element);
        xml.writeAttribute("message", legal(message));
        xml.writeAttribute("type", "dev.afterimage.spitests.model.Violation");
        xml.writeCharacters(legal(text));
        xml.writeEndElement();
    }

    /** Without what no XML may hold, whatever a plug-in put into its messages. */
    private static String legal(String text) {
        StringBuilder legal = new StringBuilder(text.length());
        text.codePoints().map(point -> point == '\t' || point == '\n' || point == '\r' || point >= 0x20 && point <= 0xD7FF || point >= 0xE000 && point <= 0xFFFD || point >= 0x10000 ? point : '?')
                .forEach(legal::appendCodePoint);
        return legal.toString();
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9);
    }
}
