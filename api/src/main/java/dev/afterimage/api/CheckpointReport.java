package dev.afterimage.api;

import java.time.Duration;

/**
 * What a checkpoint did.
 *
 * @param pagesWritten pages it wrote to their homes
 * @param bytesWritten bytes of those pages
 * @param debtBeforeBytes what recovery would have had to read before it
 * @param debtAfterBytes what recovery would have to read after it
 * @param duration how long it took
 */
public record CheckpointReport(long pagesWritten, long bytesWritten, long debtBeforeBytes, long debtAfterBytes, Duration duration) {
    /** A checkpoint that had nothing to do. */
    public static final CheckpointReport NOTHING = new CheckpointReport(0, 0, 0, 0, Duration.ZERO);
}
