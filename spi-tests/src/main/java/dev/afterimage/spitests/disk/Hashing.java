package dev.afterimage.spitests.disk;

/** 64-bit mixing, so that sums of mixed values tell images apart. */
public final class Hashing {
    /** The golden ratio in 64 bits: an odd number whose multiples spread well. */
    public static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Hashing() {
    }

    /** A bijection of 64 bits in which every input bit changes about half of the output (Stafford's variant 13, as in SplittableRandom). */
    public static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    static long ofText(String text) {
        long hash = GOLDEN;
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash + GOLDEN * text.charAt(i));
        }
        return hash;
    }
}
