package dev.afterimage.spitests.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** A file as the watch knows it: which values its sectors hold durably, and which they may hold. */
final class WatchedFile {
    static final int SECTOR = 512;

    final Map<Long, Versions> sectors = new HashMap<>();
    String name;
    /** Whether a durable name leads here, whatever a power loss takes. */
    boolean named;
    /** Whether its name was taken away; it may come back after a power loss, and may not. */
    boolean doomed;
    /** When it was made, or renamed last. */
    long namedAt;

    WatchedFile(String name, boolean named, long namedAt) {
        this.name = name;
        this.named = named;
        this.namedAt = namedAt;
    }

    boolean isCertain() {
        return named && !doomed;
    }

    /** One version of a sector that a power loss may leave, or not; {@code stuck} after a sync that failed: no later one decides it. */
    record Version(long returned, TaggedSector values, @Nullable GuiltyCall by, boolean stuck) {
    }

    /** All that a sector may hold. */
    static final class Versions {
        final long sector;
        TaggedSector durable = TaggedSector.NONE;
        List<Version> undecided = new ArrayList<>();
        /** What it surely holds, as counted. */
        TaggedSector counted = TaggedSector.NONE;

        Versions(long sector) {
            this.sector = sector;
        }

        TaggedSector newest() {
            return undecided.isEmpty() ? durable : undecided.get(undecided.size() - 1).values();
        }

        TaggedSector certain() {
            TaggedSector common = durable;
            for (Version version : undecided) {
                common = common.and(version.values());
            }
            return common;
        }

        /** A sync that began then is over: of what had returned, the newest is durable and the rest is gone. */
        void settle(long begun) {
            int newest = -1;
            for (int index = 0; index < undecided.size(); index++) {
                if (undecided.get(index).returned() < begun && !undecided.get(index).stuck()) {
                    newest = index;
                }
            }
            if (newest >= 0) {
                durable = undecided.get(newest).values();
                undecided = new ArrayList<>(undecided.subList(newest + 1, undecided.size()));
            }
        }

        /** A sync that began then failed, and reads still show what was written. */
        void stick(long begun) {
            undecided.replaceAll(version -> version.returned() < begun ? new Version(version.returned(), version.values(), version.by(), true) : version);
        }

        /** A sync that began then failed, and reads show the old bytes again. */
        void revert(long begun) {
            undecided.removeIf(version -> version.returned() < begun);
        }
    }
}
