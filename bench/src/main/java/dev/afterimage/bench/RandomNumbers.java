package dev.afterimage.bench;

/** Numbers for one thread, in a nanosecond or two each: Marsaglia's xorshift. */
final class RandomNumbers {
    private long state;

    RandomNumbers(long seed) {
        state = seed * 0x632BE59BD9B4E019L + 1;
    }

    /** The next, of 64 bits. */
    long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return state;
    }

    /** One from 0 to {@code bound}, exclusive. */
    int below(int bound) {
        return (int) ((next() >>> 33) * bound >>> 31);
    }
}
