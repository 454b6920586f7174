package dev.afterimage.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.StoreListener;

/** How far a recovery has come, and how long it will take: written over on a terminal, a line every some seconds where output is piped. */
final class RecoveryLine implements StoreListener {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 5_000_000_000L;

    private final ProgressLine line;
    private final LongSupplier nanos;
    private String phase = "";
    private long drawnAt;
    private long notedAt;

    RecoveryLine(ProgressLine line, LongSupplier nanos) {
        this.line = line;
        this.nanos = nanos;
        drawnAt = nanos.getAsLong() - REDRAW_NANOS;
        notedAt = nanos.getAsLong();
    }

    @Override
    public synchronized void recoveryProgress(RecoveryProgress progress) {
        long now = nanos.getAsLong();
        boolean first = !progress.phase().equals(phase);
        phase = progress.phase();
        if (first || now - drawnAt >= REDRAW_NANOS) {
            drawnAt = now;
            line.over(text(progress));
        }
        if (now - notedAt >= LINE_NANOS) {
            notedAt = now;
            line.note(text(progress));
        }
    }

    /** For instance {@code redo: 42 %, 12 s so far, about 17 s left}. */
    static String text(RecoveryProgress progress) {
        boolean known = progress.estimatedLeft().isPresent() && progress.total() > 0;
        String share = known ? String.format(Locale.ROOT, "%d %%, ", (int) (100.0 * progress.done() / progress.total())) : "";
        String left = progress.estimatedLeft().filter(time -> !time.isZero()).map(time -> ", about " + Quantities.time(rounded(time)) + " left").orElse("");
        return "recovery, " + progress.phase() + ": " + share + Quantities.time(progress.elapsed()) + " so far" + left;
    }

    /** An estimate in milliseconds would claim too much. */
    private static Duration rounded(Duration time) {
        return Duration.ofSeconds(Math.max(1, Math.round(time.toNanos() / 1e9)));
    }

    synchronized void finished() {
        line.finished();
    }
}
