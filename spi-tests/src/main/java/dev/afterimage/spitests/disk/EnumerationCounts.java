package dev.afterimage.spitests.disk;

/**
 * How much of the space of crash states was looked at.
 *
 * @param points crash points at which something was undecided
 * @param total states that the plan describes, before equal images were merged and before its caps
 * @param visited distinct states given to the consumer
 * @param proved points at which every legal image was visited
 */
public record EnumerationCounts(long points, long total, long visited, long proved) {
    /** Nothing yet. */
    public static final EnumerationCounts NONE = new EnumerationCounts(0, 0, 0, 0);

    /** Both together. */
    public EnumerationCounts plus(EnumerationCounts other) {
        return new EnumerationCounts(points + other.points, total + other.total, visited + other.visited, proved + other.proved);
    }

    @Override
    public String toString() {
        return "states total " + total + " / visited " + visited + ", points " + points + " / proved " + proved;
    }
}
