package dev.afterimage.api;

import java.time.Duration;

/**
 * One phase of a recovery: what it read, and what it did. A phase has zero where it does not do such a thing; a strategy without compensation records has zero in all its phases.
 *
 * <p>A strategy begins with {@link #over} and adds what the phase did:
 *
 * <pre>
 *   RecoveryPhase.over("redo", from, to, bytesRead, duration).withRecords(records).withPages(read, written).withRedo(redone, skipped)
 * </pre>
 *
 * @param name the field's word for it: {@code analysis}, {@code redo}, {@code undo}, {@code page table walk}
 * @param from first position read (an LSN, or a number the strategy explains)
 * @param to position after the last one read, at least {@code from}
 * @param records log records, or table nodes, that the phase looked at
 * @param pagesRead pages read from their homes
 * @param pagesWritten pages written to their homes
 * @param changesRedone changes applied again; a page counts once for each
 * @param changesSkipped changes that were not applied because the page held them already, as its LSN says, or as the strategy knows without reading it
 * @param changesUndone changes of unfinished transactions taken back
 * @param compensationRecords compensation log records written, each saying that one change has been undone
 * @param bytesRead bytes of log, or of table, read in this phase
 * @param duration how long it took
 */
public record RecoveryPhase(String name, long from, long to, long records, long pagesRead, long pagesWritten, long changesRedone, long changesSkipped, long changesUndone,
        long compensationRecords, long bytesRead, Duration duration) {

    /** Bytes read for each second that it took, whatever else was done in that time; 0 where nothing was read, or no time went by. */
    public long bytesPerSecond() {
        long nanos = duration.toNanos();
        return nanos <= 0 ? 0 : (long) (bytesRead * 1e9 / nanos);
    }

    /** A phase that read {@code bytesRead} bytes between two positions and did nothing else yet. */
    public static RecoveryPhase over(String name, long from, long to, long bytesRead, Duration duration) {
        return new RecoveryPhase(name, from, to, 0, 0, 0, 0, 0, 0, 0, bytesRead, duration);
    }

    /** The same, having looked at records. */
    public RecoveryPhase withRecords(long looked) {
        return new RecoveryPhase(name, from, to, looked, pagesRead, pagesWritten, changesRedone, changesSkipped, changesUndone, compensationRecords, bytesRead, duration);
    }

    /** The same, having read and written pages. */
    public RecoveryPhase withPages(long read, long written) {
        return new RecoveryPhase(name, from, to, records, read, written, changesRedone, changesSkipped, changesUndone, compensationRecords, bytesRead, duration);
    }

    /** The same, having redone changes and skipped others. */
    public RecoveryPhase withRedo(long redone, long skipped) {
        return new RecoveryPhase(name, from, to, records, pagesRead, pagesWritten, redone, skipped, changesUndone, compensationRecords, bytesRead, duration);
    }

    /** The same, having undone changes and written compensation records for them. */
    public RecoveryPhase withUndo(long undone, long compensations) {
        return new RecoveryPhase(name, from, to, records, pagesRead, pagesWritten, changesRedone, changesSkipped, undone, compensations, bytesRead, duration);
    }
}
