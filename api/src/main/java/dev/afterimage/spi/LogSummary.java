package dev.afterimage.spi;

import java.util.List;

/**
 * How the reading of a log ended.
 *
 * @param ending what was met
 * @param lsn where: for {@link Ending#DAMAGED} the place behind the last record that could be read
 * @param detail the same in one sentence
 * @param notes what else the strategy knows of its log, a sentence each: where recovery would begin
 */
public record LogSummary(Ending ending, long lsn, String detail, List<String> notes) {
    /** What was met. */
    public enum Ending {
        /** The end of the log; the next opening may have a torn tail to cut there, which is no damage. */
        END,
        /** Whoever was reading had seen enough. */
        STOPPED,
        /** Bytes that had been durable and are no longer what they were. */
        DAMAGED,
        /** There is no log to be read. */
        NONE
    }

    /** Keeps the notes from changing. */
    public LogSummary {
        notes = List.copyOf(notes);
    }

    /** The same, with notes. */
    public LogSummary withNotes(List<String> others) {
        return new LogSummary(ending, lsn, detail, others);
    }
}
