package dev.afterimage.buffer;

/**
 * Log before data (rule W2): what {@link HomePages} waits for before it overwrites a durable page. Wired by the strategy, usually to the log's {@code force}.
 */
@FunctionalInterface
public interface WriteBarrier {
    /** For pages of which no log speaks. */
    WriteBarrier NONE = pageLsn -> { };

    /**
     * Returns when every log record up to that position is durable.
     *
     * @param pageLsn position of the last record that changed the page
     * @throws RuntimeException if that cannot be had; the page is then not written
     */
    void beforeWrite(long pageLsn);
}
