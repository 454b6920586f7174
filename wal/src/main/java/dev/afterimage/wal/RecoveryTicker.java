package dev.afterimage.wal;

import java.time.Duration;
import java.util.function.LongPredicate;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.TimeSource;

/**
 * Reports how far a phase of recovery has come (rule R1): once for every mebibyte of log or {@value #STEP_PAGES} pages, and at its end. For one thread; its clock is the context's (rule N1).
 */
public final class RecoveryTicker {
    private static final long STEP_BYTES = 1 << 20;
    private static final long STEP_PAGES = 256;
    private static final long UNKNOWN = -1;

    private final StrategyEvents events;
    private final TimeSource time;
    private final long startNanos;
    private final String phase;
    private final long step;
    private final long from;
    private final long total;
    private long lastReported;

    private RecoveryTicker(StrategyContext context, String phase, long step, long from, long total) {
        assert total >= 0 || total == UNKNOWN : total;
        this.events = context.events();
        this.time = context.time();
        this.startNanos = time.nanos();
        this.phase = phase;
        this.step = step;
        this.from = from;
        this.total = total;
    }

    /** A phase that goes over the log from one LSN to another: forward, or backward where {@code to} is the smaller one. */
    public static RecoveryTicker between(StrategyContext context, String phase, long from, long to) {
        return new RecoveryTicker(context, phase, STEP_BYTES, from, Math.abs(to - from));
    }

    /** A phase that reads the log from an LSN to an end that is not known yet. */
    public static RecoveryTicker untilTheEnd(StrategyContext context, String phase, long from) {
        return new RecoveryTicker(context, phase, STEP_BYTES, from, UNKNOWN);
    }

    /** For whoever writes pages and tells before each how many are left: always true, so that the work goes on. */
    public static LongPredicate pagesLeft(StrategyContext context, String phase) {
        return new LongPredicate() {
            private RecoveryTicker ticker;

            @Override
            public boolean test(long pagesLeft) {
                if (ticker == null) {
                    ticker = new RecoveryTicker(context, phase, STEP_PAGES, 0, pagesLeft);
                }
                long done = ticker.total - pagesLeft;
                if (pagesLeft > 1) {
                    ticker.reached(done);
                } else {
                    ticker.report(done);
                }
                return true;
            }
        };
    }

    /** The phase has come to this LSN. */
    public void reached(long lsn) {
        long done = Math.abs(lsn - from);
        if (done - lastReported >= step) {
            report(done);
        }
    }

    /** The phase is over, at this LSN. */
    public void finished(long lsn) {
        long all = total == UNKNOWN ? Math.abs(lsn - from) : total;
        events.recoveryProgress(RecoveryProgress.towards(phase, all, all, elapsed()));
    }

    private void report(long done) {
        lastReported = done;
        events.recoveryProgress(total == UNKNOWN ? RecoveryProgress.endless(phase, done, elapsed()) : RecoveryProgress.towards(phase, Math.min(done, total), total, elapsed()));
    }

    private Duration elapsed() {
        return Duration.ofNanos(Math.max(0, time.nanos() - startNanos));
    }
}
