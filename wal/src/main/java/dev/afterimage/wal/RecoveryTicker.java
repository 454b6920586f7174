package dev.afterimage.wal;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyEvents;

/** Reports how far a pass over the log has come: once per mebibyte, and at its end (rule R1). */
public final class RecoveryTicker {
    private static final long STEP_BYTES = 1 << 20;

    private final StrategyEvents events;
    private final String phase;
    private final long from;
    private final long knownEnd;
    private long lastReported;

    /** A pass that reads from {@code from} to {@code knownEnd}, or to an end that is not known yet where that is 0. */
    public RecoveryTicker(StrategyEvents events, String phase, long from, long knownEnd) {
        this.events = events;
        this.phase = phase;
        this.from = from;
        this.knownEnd = knownEnd;
        this.lastReported = from;
    }

    /** The pass has come to this LSN. */
    public void reached(long lsn) {
        if (lsn - lastReported >= STEP_BYTES) {
            report(lsn, Math.max(lsn, knownEnd));
        }
    }

    /** The pass is over. */
    public void finished(long lsn) {
        report(lsn, lsn);
    }

    private void report(long lsn, long end) {
        lastReported = lsn;
        events.recoveryProgress(new RecoveryProgress(phase, lsn - from, end - from));
    }
}
