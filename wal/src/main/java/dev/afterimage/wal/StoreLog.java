package dev.afterimage.wal;

import org.jspecify.annotations.Nullable;

/**
 * A store's log as its home pages see it, from the first page that recovery reads on: to begin with only its end, then the log that is written.
 *
 * <p>Its methods are what home pages are wired to: {@link #force} is their write barrier (rule W2), {@link #end} tells pages from a log that was cut. Safe for many threads.
 */
public final class StoreLog implements AutoCloseable {
    private volatile @Nullable WriteAheadLog log;
    private volatile long recoveredEnd;

    /** No log yet: no page may be looked at. */
    public StoreLog() {
    }

    /** Recovery has read the log to an end that it made durable, and may look at pages now. */
    public void endsAt(LogEnd end) {
        recoveredEnd = end.lsn();
    }

    /** From now on it is this one. */
    public WriteAheadLog goesOnWith(WriteAheadLog begun) {
        log = begun;
        return begun;
    }

    /** Returns when the log is durable up to a page's last change. Recovery's own writes need not wait: what they repeat was durable before the first page was touched. */
    public void force(long pageLsn) {
        WriteAheadLog current = log;
        if (current != null) {
            current.force(pageLsn);
        } else {
            assert pageLsn < recoveredEnd : "recovery stamped LSN " + pageLsn + ", beyond the log's end " + recoveredEnd;
        }
    }

    /** The first LSN that the log does not hold. */
    public long end() {
        WriteAheadLog current = log;
        return current != null ? current.endLsn() : recoveredEnd;
    }

    /** Lets go of the log, if it had begun. */
    @Override
    public void close() {
        WriteAheadLog current = log;
        if (current != null) {
            current.close();
        }
    }
}
