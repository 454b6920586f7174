package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/** Bytes that nobody wrote. They look random, and are the same each time for one place: a choice need not spell them out. */
final class Trash {
    private Trash() {
    }

    /** What a torn write leaves in a sector of a file. */
    static @Nullable Sector torn(int file, long index) {
        return random(Hashing.mix(file) + Hashing.GOLDEN * (index + 1));
    }

    /** What a stranger's file, long deleted, left where a sector of this file comes to lie. */
    static @Nullable Sector strange(int file, long index) {
        return random(~Hashing.mix(file) - Hashing.GOLDEN * (index + 1));
    }

    private static @Nullable Sector random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer bytes = ByteBuffer.allocate(Sector.BYTES);
        while (bytes.hasRemaining()) {
            bytes.putLong(random.nextLong());
        }
        return Sector.of(bytes.array());
    }
}
