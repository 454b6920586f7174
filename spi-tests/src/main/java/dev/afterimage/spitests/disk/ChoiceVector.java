package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/**
 * Which of the undecided parts at a crash point survived.
 *
 * <p>The parts of a point are numbered in program order: each sector of each unsynced write is one, each change of a file's length is one, each create, rename
 * and delete is one. The vector is a list of runs, written {@code k120.d3.t1.k77}: 120 parts kept, 3 dropped, 1 trashed, 77 kept. It says what survived, not how it
 * was found, and so it outlives every change of the enumeration.
 *
 * @param runs the runs, in order; neighbours differ in {@link Run#fate()}, none is empty
 */
public record ChoiceVector(List<Run> runs) {
    /** Nothing is undecided, or what is undecided is not asked about. */
    public static final ChoiceVector EMPTY = new ChoiceVector(List.of());

    /** What became of a part. */
    public enum Fate {
        /** It reached the disk. */
        KEPT('k'),
        /** It is lost. */
        DROPPED('d'),
        /**
         * It tore and left trash: bytes that nobody wrote in the place of the sector, or, for a length, bytes of another time in what the file was given. Which parts may
         * suffer that is the {@link DiskProfile}'s to say; the bytes follow from the place.
         */
        TRASHED('t');

        private final char letter;

        Fate(char letter) {
            this.letter = letter;
        }

        private static Fate of(char letter, String whole) {
            for (Fate fate : values()) {
                if (fate.letter == letter) {
                    return fate;
                }
            }
            throw malformed(whole);
        }
    }

    /**
     * Neighbouring parts with one fate.
     *
     * @param fate what became of them
     * @param parts how many; at least 1
     */
    public record Run(Fate fate, int parts) {
        /** Checks the range. */
        public Run {
            if (parts < 1) {
                throw new IllegalArgumentException("parts: expected at least 1, found " + parts);
            }
        }
    }

    /** Copies the list. */
    public ChoiceVector {
        runs = List.copyOf(runs);
        for (int i = 1; i < runs.size(); i++) {
            if (runs.get(i).fate() == runs.get(i - 1).fate()) {
                throw new IllegalArgumentException("runs: two neighbours have the fate " + runs.get(i).fate() + "; join them");
            }
        }
    }

    /** Reads what {@link #encode()} wrote. */
    public static ChoiceVector decode(String text) {
        List<Run> runs = new ArrayList<>();
        if (text.equals("-")) {
            return EMPTY;
        }
        for (String word : text.split("\\.", -1)) {
            if (!word.matches("[a-z][1-9][0-9]{0,8}")) {
                throw malformed(text);
            }
            runs.add(new Run(Fate.of(word.charAt(0), text), Integer.parseInt(word.substring(1))));
        }
        return new ChoiceVector(runs);
    }

    /** The vector that keeps exactly the parts whose bit is set, and trashes others. */
    static ChoiceVector of(BitSet kept, BitSet trashed, int parts) {
        if (trashed.isEmpty()) {
            return of(kept, parts);
        }
        List<Run> runs = new ArrayList<>();
        int from = 0;
        while (from < parts) {
            Fate fate = fate(kept, trashed, from);
            int to = from + 1;
            while (to < parts && fate(kept, trashed, to) == fate) {
                to++;
            }
            runs.add(new Run(fate, to - from));
            from = to;
        }
        return new ChoiceVector(runs);
    }

    private static Fate fate(BitSet kept, BitSet trashed, int part) {
        return trashed.get(part) ? Fate.TRASHED : kept.get(part) ? Fate.KEPT : Fate.DROPPED;
    }

    /** The vector that keeps exactly the parts whose bit is set. */
    public static ChoiceVector of(BitSet kept, int parts) {
        List<Run> runs = new ArrayList<>();
        int from = 0;
        while (from < parts) {
            boolean keep = kept.get(from);
            int next = keep ? kept.nextClearBit(from) : kept.nextSetBit(from);
            int to = next < 0 ? parts : Math.min(next, parts);
            runs.add(new Run(keep ? Fate.KEPT : Fate.DROPPED, to - from));
            from = to;
        }
        return new ChoiceVector(runs);
    }

    /** How many parts it speaks of. */
    public int parts() {
        int parts = 0;
        for (Run run : runs) {
            parts = Math.addExact(parts, run.parts());
        }
        return parts;
    }

    /** The kept parts, as a set of their numbers; what was trashed is not among them. */
    public BitSet kept() {
        return those(Fate.KEPT);
    }

    /** The trashed parts, as a set of their numbers. */
    public BitSet trashed() {
        return those(Fate.TRASHED);
    }

    /** This vector with all parts kept but these, which keep their fate. */
    public ChoiceVector keepingAllBut(Collection<Integer> others) {
        int parts = parts();
        BitSet kept = kept();
        BitSet trashed = trashed();
        for (int part = 0; part < parts; part++) {
            if (!others.contains(part)) {
                kept.set(part);
                trashed.clear(part);
            }
        }
        return of(kept, trashed, parts);
    }

    private BitSet those(Fate fate) {
        BitSet set = new BitSet();
        int from = 0;
        for (Run run : runs) {
            set.set(from, from + run.parts(), run.fate() == fate);
            from += run.parts();
        }
        return set;
    }

    /** A short text without blanks or colons, for a replay line. */
    public String encode() {
        if (runs.isEmpty()) {
            return "-";
        }
        StringBuilder text = new StringBuilder();
        for (Run run : runs) {
            text.append(text.isEmpty() ? "" : ".").append(run.fate().letter).append(run.parts());
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return encode();
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("choice vector: expected runs as in k120.d3.k77, found '" + text + "'");
    }
}
