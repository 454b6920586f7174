package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Hears which of the undecided sectors of one image are read, or partly overwritten, in what is done to that image and to all images that come of it. What overwrites a whole sector
 * does not read it.
 *
 * <p>A watched sector is a sector like any other that tells when its bytes are looked at, wherever it got to: into the cache of a disk, the trace, the image after the next crash.
 * Safe for many threads.
 */
final class ReadWatch {
    private final BitSet read = new BitSet();
    private final List<Integer> order = new ArrayList<>();

    /** The same sector, watched, known by that number. */
    Sector watched(@Nullable Sector sector, int number) {
        return Sector.watched(sector, this, number);
    }

    /** The bytes of that sector are about to be looked at. */
    synchronized void read(int number) {
        if (!read.get(number)) {
            read.set(number);
            order.add(number);
        }
    }

    /** The sectors whose bytes were looked at, in the order in which that began. */
    synchronized List<Integer> inOrder() {
        return List.copyOf(order);
    }
}
