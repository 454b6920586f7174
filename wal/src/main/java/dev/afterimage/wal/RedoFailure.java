package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/** What ended a pass of redo: of all that was thrown, by whichever thread, what belongs to the oldest record. Safe for many threads. */
final class RedoFailure {
    private record Cause(long lsn, Throwable thrown) {
    }

    private final AtomicReference<@Nullable Cause> first = new AtomicReference<>();

    void set(long lsn, Throwable thrown) {
        Cause mine = new Cause(lsn, thrown);
        first.accumulateAndGet(mine, (before, given) -> before != null && before.lsn <= lsn ? before : given);
    }

    boolean isSet() {
        return first.get() != null;
    }

    /** Throws it, if there is one, each time. */
    void check() {
        Cause cause = first.get();
        if (cause == null) {
            return;
        }
        if (cause.thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (cause.thrown instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException("redo of the log record at LSN " + cause.lsn + " failed", cause.thrown);
    }
}
