package dev.afterimage.api;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a running recovery has come in one of its phases. The numbers are those of the phase: what lies beyond it is not known before it is reached.
 *
 * @param phase the phase's name
 * @param done units done
 * @param total units in all as far as known, at least {@code done}
 * @param elapsed how long the phase has been running
 * @param estimatedLeft how long the rest of the phase will take at the pace so far, never negative; empty while nobody knows: nothing is done yet, or the end is not known
 */
public record RecoveryProgress(String phase, long done, long total, Duration elapsed, Optional<Duration> estimatedLeft) {

    /** Progress towards a known end: the estimate supposes that the rest goes as fast as what is done. */
    public static RecoveryProgress towards(String phase, long done, long total, Duration elapsed) {
        return new RecoveryProgress(phase, done, total, elapsed, estimate(done, total, elapsed));
    }

    /** Progress towards an end that is not known yet. */
    public static RecoveryProgress endless(String phase, long done, Duration elapsed) {
        return new RecoveryProgress(phase, done, done, elapsed, Optional.empty());
    }

    private static Optional<Duration> estimate(long done, long total, Duration elapsed) {
        if (done >= total) {
            return Optional.of(Duration.ZERO);
        }
        if (done <= 0 || elapsed.isZero()) {
            return Optional.empty();
        }
        // In floating point, for nanoseconds times bytes leave a long behind; more than a few digits nobody needs.
        double nanos = (double) elapsed.toNanos() * (total - done) / done;
        return Optional.of(Duration.ofNanos((long) Math.min(nanos, Long.MAX_VALUE)));
    }
}
