package dev.afterimage.spi;

import java.nio.ByteBuffer;

/**
 * What one write access changed: disjoint byte ranges in rising order, not touching one another.
 *
 * <p>Good only during {@link StrategyTransaction#changed}. Offsets count from the start of {@link PageAccess#bytes()}.
 */
public interface PageChange {
    /** The page's number. */
    long pageId();

    /** How many ranges; at least one. */
    int ranges();

    /** First byte of a range. */
    int offset(int range);

    /** Bytes in a range; at least one. */
    int length(int range);

    /**
     * Copies a range's bytes as they were when the access was opened; only for {@link ChangeDetail#RANGES_WITH_BEFORE}.
     *
     * @throws dev.afterimage.api.UnsupportedTraitException if the strategy did not ask for them
     */
    void copyBefore(int range, ByteBuffer target);

    /** Copies a range's bytes as they are. */
    void copyAfter(int range, ByteBuffer target);
}
