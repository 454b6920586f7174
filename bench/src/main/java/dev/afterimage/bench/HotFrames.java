package dev.afterimage.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** Where the time of a piece of work goes: the JDK's own flight recorder asks each running thread every ten milliseconds what it is at. */
final class HotFrames {
    private static final List<String> EVENTS = List.of("jdk.ExecutionSample", "jdk.NativeMethodSample");
    private static final int SHOWN = 14;

    private final Map<String, Integer> samples = new HashMap<>();
    private int all;

    /** Runs the work and counts what it was at. */
    void during(Runnable work) {
        try (Recording recording = new Recording()) {
            EVENTS.forEach(event -> recording.enable(event).withPeriod(Duration.ofMillis(10)));
            recording.start();
            Instant begin = Instant.now();
            work.run();
            Instant end = Instant.now();
            recording.stop();
            Path file = Files.createTempFile("restart", ".jfr");
            try {
                recording.dump(file);
                // A dump holds whole chunks, which may have begun with another recording's samples.
                RecordingFile.readAllEvents(file).stream().filter(event -> !event.getStartTime().isBefore(begin) && !event.getEndTime().isAfter(end)).forEach(this::count);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void count(RecordedEvent event) {
        RecordedStackTrace trace = event.getStackTrace();
        if (!EVENTS.contains(event.getEventType().getName()) || trace == null || !isOurs(trace)) {
            return;
        }
        all++;
        samples.merge(nameOf(trace), 1, Integer::sum);
    }

    private static boolean isOurs(RecordedStackTrace trace) {
        return trace.getFrames().stream().anyMatch(frame -> className(frame).startsWith("dev.afterimage."));
    }

    /** The innermost frame that is ours, and what it was calling. */
    private static String nameOf(RecordedStackTrace trace) {
        String called = "";
        for (RecordedFrame frame : trace.getFrames()) {
            String name = className(frame).replaceAll(".*\\.", "") + "." + frame.getMethod().getName();
            if (className(frame).startsWith("dev.afterimage.")) {
                return name + called;
            }
            called = " > " + name;
        }
        return called;
    }

    private static String className(RecordedFrame frame) {
        return frame.getMethod().getType().getName();
    }

    /** Prints the most frequent. */
    void print(PrintStream out) {
        out.println(all + " samples of 10 ms; the innermost method of ours, and what it called:");
        samples.entrySet().stream().sorted(Map.Entry.<String, Integer>comparingByValue().reversed()).limit(SHOWN)
                .forEach(entry -> out.printf("  %5.1f %%  %s%n", 100.0 * entry.getValue() / all, entry.getKey()));
    }
}
