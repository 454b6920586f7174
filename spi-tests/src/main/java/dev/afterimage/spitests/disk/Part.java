package dev.afterimage.spitests.disk;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The smallest thing that a crash keeps or loses: one sector of one write, one change of a length, one change of names. Parts of one call are neighbours, the
 * change of length first: a torn prefix of an appending write then shows zeros where bytes are missing.
 *
 * <p>Guarded by the {@link UndecidedDisk} that owns it.
 */
abstract sealed class Part {
    /** The call it belongs to: equal for its parts, different for others'. */
    private final DiskCall call;
    /** The number of the failed sync that left it old-or-new: syncs that begin later succeed without it. The largest number if there was none. */
    private long stuckSince = Long.MAX_VALUE;
    /** Its place in program order. */
    private long number;
    /** Its number at the crash point that is looked at. */
    private int ordinal = -1;

    private Part(DiskCall call) {
        this.call = call;
    }

    DiskCall call() {
        return call;
    }

    boolean isStuck() {
        return stuckSince != Long.MAX_VALUE;
    }

    void stick(long failedAt) {
        stuckSince = Math.min(stuckSince, failedAt);
    }

    /** Whether a sync that begins at this number covers it: it had returned, and no failed sync had counted it as clean. */
    boolean isCoveredBySyncAt(long begun) {
        return call.returned() < begun && begun < stuckSince;
    }

    long number() {
        return number;
    }

    void number(long place) {
        number = place;
    }

    int ordinal() {
        return ordinal;
    }

    void ordinal(int number) {
        ordinal = number;
    }

    /** A part of one file. */
    abstract static sealed class OfFile extends Part {
        private final int file;

        private OfFile(DiskCall call, int file) {
            super(call);
            this.file = file;
        }

        int file() {
            return file;
        }
    }

    /** One sector as one write left it. */
    static final class Data extends OfFile {
        private final long index;
        /** One past the last byte that the write put here: a sync that covers it makes the length reach so far. */
        private final long end;
        private final boolean first;
        private @Nullable Sector sector;
        /** The version before this one, as long as that is undecided too. */
        private @Nullable Data older;

        Data(DiskCall call, int file, long index, @Nullable Sector sector, long end, boolean first) {
            super(call, file);
            this.index = index;
            this.sector = sector;
            this.end = end;
            this.first = first;
        }

        long index() {
            return index;
        }

        long end() {
            return end;
        }

        /** Whether it is the first sector of its call. */
        boolean isFirst() {
            return first;
        }

        @Nullable Sector sector() {
            return sector;
        }

        void sector(@Nullable Sector changed) {
            sector = changed;
        }

        @Nullable Data older() {
            return older;
        }

        void older(@Nullable Data version) {
            older = version;
        }

        @Override
        public String toString() {
            return "sector " + index + " of file " + file() + " at " + call().returned();
        }
    }

    /** One change of a file's length. Those of one file persist as a prefix. */
    static final class Size extends OfFile {
        private final long size;
        private final boolean shrinking;
        /** What it may show in what it adds, where that need not be zeros. */
        private final Leftovers.@Nullable Exposed exposed;

        Size(DiskCall call, int file, long size, boolean shrinking, Leftovers.@Nullable Exposed exposed) {
            super(call, file);
            this.size = size;
            this.shrinking = shrinking;
            this.exposed = exposed;
        }

        Leftovers.@Nullable Exposed exposed() {
            return exposed;
        }

        long size() {
            return size;
        }

        boolean isShrinking() {
            return shrinking;
        }

        @Override
        public String toString() {
            return "length " + size + " of file " + file() + " at " + call().returned();
        }
    }

    /** One change of names, whole or not at all. Those that touch one name persist as a prefix. */
    static final class Naming extends Part {
        private final @Nullable String removed;
        private final @Nullable String bound;
        private final int file;

        Naming(DiskCall call, @Nullable String removed, @Nullable String bound, int file) {
            super(call);
            assert removed != null || bound != null;
            this.removed = removed;
            this.bound = bound;
            this.file = file;
        }

        @Nullable String removed() {
            return removed;
        }

        @Nullable String bound() {
            return bound;
        }

        int file() {
            return file;
        }

        /** The names whose histories it belongs to: one, or two. */
        List<String> names() {
            if (removed == null) {
                return List.of(String.valueOf(bound));
            }
            return bound == null ? List.of(removed) : List.of(removed, bound);
        }

        @Override
        public String toString() {
            return "names -" + removed + " +" + bound + " at " + call().returned();
        }
    }
}
