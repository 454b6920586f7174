package dev.afterimage.spitests.disk;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** An image in the making: what is durable, and the undecided parts decided one after the other, in program order. */
final class Draft {
    private final UndecidedDisk disk;
    private final Map<Integer, DraftFile> files = new HashMap<>();
    private final SortedMap<String, Integer> names;
    /** Names of whose history something was lost: nothing later of it can be kept. */
    private final Set<String> brokenNames = new HashSet<>();

    /** Nothing decided yet: the image of what is durable. */
    Draft(UndecidedDisk disk) {
        this.disk = disk;
        this.names = new TreeMap<>(disk.names());
    }

    private Draft(Draft original) {
        disk = original.disk;
        names = new TreeMap<>(original.names);
        original.files.forEach((number, file) -> files.put(number, file.copy()));
        brokenNames.addAll(original.brokenNames);
    }

    Draft copy() {
        return new Draft(this);
    }

    void decide(Part part, boolean keep) {
        if (keep) {
            keep(part);
        } else {
            drop(part);
        }
    }

    void keep(Part part) {
        if (part instanceof Part.Naming naming) {
            if (naming.names().stream().anyMatch(brokenNames::contains)) {
                brokenNames.addAll(naming.names());
            } else {
                UndecidedDisk.rename(names, naming);
            }
        } else if (part instanceof Part.Data data) {
            put(data.file(), data.index(), data);
        } else if (part instanceof Part.Size length) {
            DraftFile file = file(length.file());
            if (!file.lengthLost) {
                file.size = length.size();
                file.sectors = length.isShrinking() ? FileContent.cut(file.sectors, file.size) : file.sectors;
                file.visible = null;
            }
        }
    }

    /** Leaves trash where a sector was being written, or keeps a length with what it exposes. */
    void trash(Part part) {
        if (part instanceof Part.Data data) {
            DraftFile file = file(data.file());
            boolean alone = disk.profile() != DiskProfile.NO_PSOW;
            long from = alone ? data.index() : data.index() / DiskProfile.BLOCK_SECTORS * DiskProfile.BLOCK_SECTORS;
            for (long index = from; index < from + (alone ? 1 : DiskProfile.BLOCK_SECTORS); index++) {
                file.sectors = file.sectors.with(index, Trash.torn(data.file(), index));
            }
            file.visible = null;
        } else if (part instanceof Part.Size length && length.exposed() != null) {
            keep(length);
            DraftFile file = file(length.file());
            Leftovers.Exposed exposed = length.exposed();
            for (long index = exposed.from(); index < exposed.to() && !file.lengthLost; index++) {
                file.sectors = file.sectors.with(index, exposed.sector(index));
            }
        } else {
            throw new IllegalArgumentException(part + " cannot be trashed");
        }
    }

    void drop(Part part) {
        if (part instanceof Part.Naming naming) {
            brokenNames.addAll(naming.names());
        } else if (part instanceof Part.Size length) {
            file(length.file()).lengthLost = true;
        }
    }

    /** Lets a sector be the one of that version; of the durable one where there is none. */
    void put(int number, long index, Part.@Nullable Data version) {
        DraftFile file = file(number);
        file.sectors = file.sectors.with(index, version == null ? disk.file(number).durable().get(index) : version.sector());
        file.visible = null;
    }

    /** Lets a file have that length, whatever was decided about lengths. */
    void size(int number, long size) {
        DraftFile file = file(number);
        file.size = size;
        file.visible = null;
    }

    /** Lets the names be what these are. */
    void names(Draft other) {
        names.clear();
        names.putAll(other.names);
    }

    DiskImage image() {
        SortedMap<String, FileContent> contents = new TreeMap<>();
        names.forEach((name, number) -> contents.put(name, visible(number)));
        return new DiskImage(contents);
    }

    /** The image with some of its sectors watched, each as the number of its place in the list. */
    DiskImage image(List<Alternatives.Place> places, ReadWatch watch) {
        Map<Integer, FileContent> watched = new HashMap<>();
        for (int i = 0; i < places.size(); i++) {
            Alternatives.Place place = places.get(i);
            FileContent content = watched.computeIfAbsent(place.file(), this::visible);
            watched.put(place.file(), content.watched(place.index(), watch, i));
        }
        SortedMap<String, FileContent> contents = new TreeMap<>();
        names.forEach((name, number) -> contents.put(name, watched.containsKey(number) ? watched.get(number) : visible(number)));
        return new DiskImage(contents);
    }

    private FileContent visible(int number) {
        DraftFile touched = files.get(number);
        return touched == null ? disk.file(number).durableContent() : touched.visible();
    }

    private DraftFile file(int number) {
        return files.computeIfAbsent(number, unseen -> new DraftFile(disk.file(unseen).durable(), disk.file(unseen).size()));
    }

    private static final class DraftFile {
        private SectorTree sectors;
        private long size;
        private boolean lengthLost;
        private @Nullable FileContent visible;

        DraftFile(SectorTree sectors, long size) {
            this.sectors = sectors;
            this.size = size;
        }

        DraftFile copy() {
            DraftFile copy = new DraftFile(sectors, size);
            copy.lengthLost = lengthLost;
            copy.visible = visible;
            return copy;
        }

        FileContent visible() {
            FileContent content = visible;
            if (content == null) {
                content = FileContent.of(size, sectors);
                visible = content;
            }
            return content;
        }
    }
}
