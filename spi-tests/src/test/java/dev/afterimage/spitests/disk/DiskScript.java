package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

import dev.afterimage.spi.storage.DiskFile;

/** Small calls that the tests of the simulator share. */
final class DiskScript {
    static final int SECTOR = 512;

    private DiskScript() {
    }

    /** Whole sectors, each filled with one letter. */
    static ByteBuffer sectors(String letters) {
        ByteBuffer bytes = ByteBuffer.allocate(letters.length() * SECTOR);
        for (char letter : letters.toCharArray()) {
            byte[] sector = new byte[SECTOR];
            Arrays.fill(sector, (byte) letter);
            bytes.put(sector);
        }
        return bytes.flip();
    }

    /** Writes whole sectors from that sector on. */
    static void write(DiskFile file, long sector, String letters) {
        file.write(sectors(letters), sector * SECTOR);
    }

    /** A disk with durable files, each given as name=letters. */
    static SimulatedDisk disk(String... files) {
        DiskImage image = DiskImage.EMPTY;
        for (String file : files) {
            String[] halves = file.split("=", -1);
            image = image.withFile(halves[0], sectors(halves[1]).array());
        }
        return new SimulatedDisk(image);
    }

    static Predicate<String> named(String name) {
        return name::equals;
    }

    /** An image for people: each file's sectors as letters, '.' for zeros, '?' for a mixture, and what is no whole sector as +bytes. */
    static String show(DiskImage image) {
        TreeMap<String, String> files = new TreeMap<>();
        for (String name : image.names()) {
            files.put(name, letters(image.read(name, 0, (int) image.size(name))));
        }
        return files.toString().replaceAll("[{} ]", "");
    }

    static String letters(byte[] bytes) {
        StringBuilder letters = new StringBuilder();
        for (int at = 0; at + SECTOR <= bytes.length; at += SECTOR) {
            boolean same = true;
            for (int i = 1; i < SECTOR; i++) {
                same &= bytes[at + i] == bytes[at];
            }
            letters.append(!same ? '?' : bytes[at] == 0 ? '.' : (char) bytes[at]);
        }
        int rest = bytes.length % SECTOR;
        return rest == 0 ? letters.toString() : letters.append('+').append(rest).toString();
    }

    static String read(DiskFile file) {
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        return letters(bytes.array());
    }

    /** Every image that a crash at that point may leave. */
    static SortedSet<String> everything(DiskTrace trace, int point) {
        SortedSet<String> shown = new TreeSet<>();
        EnumerationPlan plan = new EnumerationPlan(false, false, 0, 0, 1 << 16, Long.MAX_VALUE, Long.MAX_VALUE);
        EnumerationCounts counts = CrashStates.enumerate(trace, plan, sequence -> sequence, state -> {
            if (state.point() == point) {
                shown.add(show(state.image()));
            }
        });
        if (counts.combined() != counts.points()) {
            throw new IllegalStateException("too many combinations to try all: " + counts);
        }
        return shown;
    }

    /** Every image that a crash at the end may leave. */
    static SortedSet<String> everythingAtEnd(SimulatedDisk disk) {
        return everything(disk.trace(), disk.trace().syncCompletions());
    }

    static SortedSet<String> set(String... shown) {
        return new TreeSet<>(Arrays.asList(shown));
    }
}
