package dev.afterimage.spitests.disk;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What lies on the medium where no file is, for {@link DiskProfile#GARBAGE}: the bytes of files that were deleted or replaced, the newest uppermost, and for each file what was cut
 * off it. A file that grows may come to lie there.
 */
final class Leftovers {
    private final Map<Integer, FileContent> issued = new HashMap<>();
    private final SortedMap<String, Integer> names = new TreeMap<>();
    private final Map<Integer, SectorTree> cutOff = new HashMap<>();
    private SectorTree deleted = SectorTree.EMPTY;

    Leftovers(DiskTrace trace) {
        trace.initialFiles().forEach((name, file) -> {
            names.put(name, file);
            issued.put(file, trace.initial().content(name));
        });
    }

    /**
     * What whole sectors show that a file is given by growing.
     *
     * @param file the file
     * @param from number of the first
     * @param to one past the last
     * @param own what was cut off the file before, uppermost
     * @param deleted what deleted files held
     */
    record Exposed(int file, long from, long to, SectorTree own, SectorTree deleted) {
        @Nullable Sector sector(long index) {
            Sector found = own.get(index);
            if (found == null) {
                found = deleted.get(index);
            }
            return found == null ? Trash.strange(file, index) : found;
        }
    }

    /** What a file shows that grows now; null if it is given no whole sector. */
    @Nullable Exposed exposed(int file, long before, long after) {
        long from = Inode.sectors(before);
        long to = Inode.sectors(after);
        return from < to ? new Exposed(file, from, to, cutOff.getOrDefault(file, SectorTree.EMPTY), deleted) : null;
    }

    void apply(DiskEvent event) {
        if (event instanceof DiskEvent.Created created) {
            names.put(created.name(), created.file());
        } else if (event instanceof DiskEvent.Renamed renamed) {
            delete(names.put(renamed.to(), renamed.file()));
            names.remove(renamed.from());
        } else if (event instanceof DiskEvent.Deleted gone) {
            delete(names.remove(gone.name()));
        } else if (event instanceof DiskEvent.Written written) {
            issued.put(written.file(), content(written.file()).with(written.sectors(), written.sizeAfter()));
        } else if (event instanceof DiskEvent.Resized resized) {
            FileContent before = content(resized.file());
            SectorTree own = cutOff.getOrDefault(resized.file(), SectorTree.EMPTY);
            cutOff.put(resized.file(), laidOver(own, before.sectors(), Inode.sectors(resized.sizeAfter())));
            issued.put(resized.file(), before.resized(resized.sizeAfter()));
        }
    }

    private void delete(@Nullable Integer file) {
        if (file != null) {
            deleted = laidOver(deleted, content(file).sectors(), 0);
        }
    }

    private FileContent content(int file) {
        return issued.getOrDefault(file, FileContent.EMPTY);
    }

    private static SectorTree laidOver(SectorTree beneath, SectorTree above, long from) {
        SectorTree both = beneath;
        for (long index = above.next(from); index >= 0; index = above.next(index + 1)) {
            both = both.with(index, above.get(index));
        }
        return both;
    }
}
