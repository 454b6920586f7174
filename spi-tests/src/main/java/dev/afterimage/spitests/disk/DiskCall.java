package dev.afterimage.spitests.disk;

/**
 * When a call was made, and by whom.
 *
 * <p>Sequence numbers are handed out at the start of each call and at its effect, so one number is newer than another exactly when it was later.
 *
 * @param thread the caller
 * @param started number at entry
 * @param returned number at the effect, given out together with the place in the trace: events are in ascending order of it
 */
public record DiskCall(String thread, long started, long returned) {
}
