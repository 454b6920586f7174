package dev.afterimage.spitests.disk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** The 512 bytes that a disk writes whole or not at all. Immutable and shared; a sector of zeros is {@code null} everywhere, but where it is watched. */
final class Sector {
    static final int BYTES = 512;

    private static final byte[] ZEROS = new byte[BYTES];
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final long hash;
    /** Told before the bytes are looked at; null for nearly all sectors. */
    private final @Nullable ReadWatch watch;
    private final int watchedAs;

    private Sector(byte[] bytes, long hash, @Nullable ReadWatch watch, int watchedAs) {
        this.bytes = bytes;
        this.hash = hash;
        this.watch = watch;
        this.watchedAs = watchedAs;
    }

    /** A sector of the same bytes that tells when they are looked at. This is the one kind of sector that may hold zeros and not be null. */
    static Sector watched(@Nullable Sector sector, ReadWatch watch, int number) {
        return new Sector(sector == null ? ZEROS : sector.bytes, sector == null ? 0 : sector.hash, watch, number);
    }

    /** Takes the array over: the caller must not change it any more. */
    static @Nullable Sector of(byte[] bytes) {
        assert bytes.length == BYTES;
        long any = 0;
        long hash = 0;
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            long word = (long) LONGS.get(bytes, i);
            any |= word;
            // One multiplication per word; the rotation keeps the order of words in the hash.
            hash = (Long.rotateLeft(hash, 23) ^ word) * Hashing.GOLDEN;
            hash ^= hash >>> 29;
        }
        return any == 0 ? null : new Sector(bytes, Hashing.mix(hash), null, 0);
    }

    long hash() {
        return hash;
    }

    /** Whether it holds nothing but zeros. */
    static boolean isZeros(@Nullable Sector sector) {
        return sector == null || sector.bytes == ZEROS;
    }

    private byte[] lookedAt() {
        if (watch != null) {
            watch.read(watchedAs);
        }
        return bytes;
    }

    /** Whether they hold the same bytes; no disk tells anybody, so it does not count as looking. */
    static boolean same(@Nullable Sector one, @Nullable Sector other) {
        if (one == other) {
            return true;
        }
        if (one == null || other == null) {
            return isZeros(one) && isZeros(other);
        }
        return one.hash == other.hash && Arrays.equals(one.bytes, other.bytes);
    }

    /** A copy of the bytes that the caller may change. */
    static byte[] copyOf(@Nullable Sector sector) {
        return sector == null ? new byte[BYTES] : sector.lookedAt().clone();
    }

    static void copy(@Nullable Sector sector, int from, int length, ByteBuffer target) {
        target.put(sector == null ? ZEROS : sector.lookedAt(), from, length);
    }

    /** This sector with nothing but zeros from that byte on. */
    static @Nullable Sector cut(@Nullable Sector sector, int from) {
        if (sector == null || isZeroFrom(sector.lookedAt(), from)) {
            return sector;
        }
        byte[] copy = sector.bytes.clone();
        Arrays.fill(copy, from, BYTES, (byte) 0);
        return of(copy);
    }

    static @Nullable Sector flip(@Nullable Sector sector, int at, int bit) {
        byte[] copy = copyOf(sector);
        copy[at] ^= (byte) (1 << bit);
        return of(copy);
    }

    private static boolean isZeroFrom(byte[] bytes, int from) {
        for (int i = from; i < BYTES; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
