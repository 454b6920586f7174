package dev.afterimage.wal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The bytes of one file of a {@link ForgetfulDisk}: what is durable, what is seen, and all that lies between. Guarded by its disk. */
final class ForgetfulBytes {
    private static final int SECTOR = ForgetfulDisk.SECTOR;

    byte[] durable = new byte[0];
    byte[] cached = new byte[0];
    final TreeMap<Integer, List<byte[]>> pending = new TreeMap<>();
    /** Written, then lost by a sync that failed: counted as clean although not durable. */
    final TreeMap<Integer, List<byte[]>> limbo = new TreeMap<>();
    final List<Integer> sizes = new ArrayList<>();
    int durableSize;

    long room() {
        return Math.max(cached.length, durableSize);
    }

    /** What a crash leaves of it. */
    ForgetfulBytes afterPowerLoss(RandomGenerator random, double keep, boolean trash) {
        int size = durableSize;
        for (int pending : sizes) {
            if (random.nextDouble() >= keep) {
                break;
            }
            size = pending;
        }
        byte[] content = Arrays.copyOf(durable, Math.max(size, durable.length));
        for (Map<Integer, List<byte[]>> versions : List.of(limbo, pending)) {
            versions.forEach((sector, list) -> {
                if (random.nextDouble() < keep) {
                    byte[] kept = keep >= 1 ? list.get(list.size() - 1) : list.get(random.nextInt(list.size()));
                    place(content, sector, kept);
                } else if (trash && list.size() == 1 && isFresh(content, sector, list.get(0))) {
                    byte[] noise = new byte[SECTOR];
                    random.nextBytes(noise);
                    place(content, sector, noise);
                }
            });
        }
        ForgetfulBytes survivor = new ForgetfulBytes();
        survivor.durable = Arrays.copyOf(content, size);
        survivor.cached = survivor.durable.clone();
        survivor.durableSize = size;
        return survivor;
    }

    /** Whether the old sector cannot hold bytes that the new one repeats: those may come out as noise, a rewritten one may not. */
    private static boolean isFresh(byte[] content, int sector, byte[] written) {
        int start = sector * SECTOR;
        return start + 8 > content.length || !Arrays.equals(content, start, start + 8, written, 0, 8);
    }

    static void place(byte[] content, int sector, byte[] bytes) {
        int start = sector * SECTOR;
        if (start < content.length) {
            System.arraycopy(bytes, 0, content, start, Math.min(SECTOR, content.length - start));
        }
    }

    /** The same again, for a disk that lives on by itself. */
    ForgetfulBytes twin() {
        ForgetfulBytes twin = new ForgetfulBytes();
        twin.durable = durable.clone();
        twin.cached = cached.clone();
        pending.forEach((sector, list) -> twin.pending.put(sector, new ArrayList<>(list)));
        limbo.forEach((sector, list) -> twin.limbo.put(sector, new ArrayList<>(list)));
        twin.sizes.addAll(sizes);
        twin.durableSize = durableSize;
        return twin;
    }
}
