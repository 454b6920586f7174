package dev.afterimage.spitests.disk;

/**
 * How much of the space of crash states was looked at.
 *
 * @param points crash points at which something was undecided
 * @param total states that the plan describes, before equal images were merged and before its caps
 * @param visited distinct states given to the consumer
 * @param combined points at which every legal image in which nothing is trashed was visited, or agrees with one that was visited in all that was read of it
 * @param proved of these, points at which the same holds of images with trash, or where the disk's profile lets nothing be trashed: nothing is left there that could be found
 */
public record EnumerationCounts(long points, long total, long visited, long combined, long proved) {
    /** Nothing yet. */
    public static final EnumerationCounts NONE = new EnumerationCounts(0, 0, 0, 0, 0);

    /** Both together. */
    public EnumerationCounts plus(EnumerationCounts other) {
        return new EnumerationCounts(points + other.points, total + other.total, visited + other.visited, combined + other.combined, proved + other.proved);
    }

    @Override
    public String toString() {
        return "states total " + total + " / visited " + visited + ", points " + points + " / combined " + combined + " / proved " + proved;
    }
}
