package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The fault model's table word by word, profile by profile, with nothing kept between two questions: what may a crash leave at this instant? Slow, and written without a glance at the classes it
 * judges. It knows no faults.
 */
final class NaiveCrashModel {
    private static final int BLOCK = 8;
    private static final byte[] ZEROS = new byte[512];
    private final DiskTrace trace;

    NaiveCrashModel(DiskTrace trace) {
        this.trace = trace;
    }

    private record Version(int at, long returned, byte[] bytes, boolean first) {
    }

    private record Length(int at, long returned, long before, long size, boolean cut) {
    }

    private record Change(int at, long returned, String removed, String bound, int file) {
        boolean touches(Change other) {
            return same(removed, other.removed) || same(removed, other.bound) || same(bound, other.removed) || same(bound, other.bound);
        }

        private static boolean same(String one, String other) {
            return one != null && one.equals(other);
        }
    }

    /** Every image that a crash just before the event of that number may leave, by hash. */
    Set<Long> images(int instant) {
        List<DiskEvent> past = trace.events().subList(0, instant);
        Set<Long> hashes = new HashSet<>();
        for (SortedMap<String, Integer> names : namings(past)) {
            List<DiskImage> images = List.of(DiskImage.EMPTY);
            for (int file : new TreeSet<>(names.values())) {
                List<DiskImage> next = new ArrayList<>();
                for (byte[] content : contents(past, file)) {
                    for (DiskImage image : images) {
                        next.add(withFile(image, names, file, content));
                    }
                }
                images = next;
            }
            images.forEach(image -> hashes.add(image.hash()));
        }
        return hashes;
    }

    /** A file may have two names, but it has one content. */
    private static DiskImage withFile(DiskImage image, SortedMap<String, Integer> names, int file, byte[] content) {
        DiskImage with = image;
        for (Map.Entry<String, Integer> name : names.entrySet()) {
            if (name.getValue() == file) {
                with = with.withFile(name.getKey(), content);
            }
        }
        return with;
    }

    private List<SortedMap<String, Integer>> namings(List<DiskEvent> past) {
        List<Change> changes = new ArrayList<>();
        long synced = -1;
        for (int i = 0; i < past.size(); i++) {
            DiskEvent event = past.get(i);
            if (event instanceof DiskEvent.Created e) {
                changes.add(new Change(i, e.call().returned(), null, e.name(), e.file()));
            } else if (event instanceof DiskEvent.Renamed e && trace.profile() == DiskProfile.SPLIT_RENAME) {
                changes.add(new Change(i, e.call().returned(), null, e.to(), e.file()));
                changes.add(new Change(i, e.call().returned(), e.from(), null, e.file()));
            } else if (event instanceof DiskEvent.Renamed e) {
                changes.add(new Change(i, e.call().returned(), e.from(), e.to(), e.file()));
            } else if (event instanceof DiskEvent.Deleted e) {
                changes.add(new Change(i, e.call().returned(), e.name(), null, e.file()));
            } else if (event instanceof DiskEvent.SyncEnded e && e.scope() == SyncScope.NAMES) {
                synced = Math.max(synced, e.call().started());
            }
        }
        List<SortedMap<String, Integer>> namings = new ArrayList<>();
        for (int set = 0; set < 1 << changes.size(); set++) {
            if (isLegal(changes, set, synced)) {
                SortedMap<String, Integer> names = new TreeMap<>(trace.initialFiles());
                for (int i = 0; i < changes.size(); i++) {
                    if ((set >> i & 1) != 0) {
                        names.remove(String.valueOf(changes.get(i).removed()));
                        if (changes.get(i).bound() != null) {
                            names.put(changes.get(i).bound(), changes.get(i).file());
                        }
                    }
                }
                namings.add(names);
            }
        }
        return namings;
    }

    /** A set of changes is legal if it holds the synced ones and, for each name, a prefix. */
    private static boolean isLegal(List<Change> changes, int set, long synced) {
        for (int i = 0; i < changes.size(); i++) {
            boolean kept = (set >> i & 1) != 0;
            if (!kept && changes.get(i).returned() < synced) {
                return false;
            }
            for (int before = 0; before < i && kept; before++) {
                if ((set >> before & 1) == 0 && changes.get(before).touches(changes.get(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<byte[]> contents(List<DiskEvent> past, int file) {
        SortedMap<Long, List<Version>> versions = new TreeMap<>();
        List<Length> lengths = new ArrayList<>();
        byte[] start = new byte[0];
        for (Map.Entry<String, Integer> initial : trace.initialFiles().entrySet()) {
            if (initial.getValue() == file) {
                start = trace.initial().read(initial.getKey(), 0, 1 << 20);
            }
        }
        for (long sector = 0; sector < 16; sector++) {
            versions.computeIfAbsent(sector, s -> new ArrayList<>())
                    .add(new Version(-1, -1, Arrays.copyOfRange(Arrays.copyOf(start, 16 * 512), (int) sector * 512, (int) sector * 512 + 512), false));
        }
        lengths.add(new Length(-1, -1, start.length, start.length, false));
        for (int i = 0; i < past.size(); i++) {
            DiskEvent event = past.get(i);
            if (event instanceof DiskEvent.Written e && e.file() == file) {
                for (int s = 0; s < e.sectors().count(); s++) {
                    versions.get(e.sectors().first() + s).add(new Version(i, e.call().returned(), e.sectors().bytes(s), s == 0));
                }
                if (e.sizeAfter() != e.sizeBefore()) {
                    lengths.add(new Length(i, e.call().returned(), e.sizeBefore(), e.sizeAfter(), false));
                }
            } else if (event instanceof DiskEvent.Resized e && e.file() == file) {
                lengths.add(new Length(i, e.call().returned(), e.sizeBefore(), e.sizeAfter(), e.sizeAfter() < e.sizeBefore()));
            }
        }
        return combine(past, file, versions, lengths);
    }

    private List<byte[]> combine(List<DiskEvent> past, int file, SortedMap<Long, List<Version>> versions, List<Length> lengths) {
        int durableLength = 0;
        for (DiskEvent event : past) {
            if (event instanceof DiskEvent.SyncEnded sync && sync.file() == file) {
                durableLength = Math.max(durableLength, lastCovered(lengths, sync));
            }
        }
        SortedMap<Long, List<Version>> possible = new TreeMap<>();
        versions.forEach((sector, all) -> possible.put(sector, possible(past, file, sector, all, lengths)));
        List<byte[]> contents = new ArrayList<>();
        for (int last = durableLength; last < lengths.size(); last++) {
            for (List<Length> showing : subsets(growing(lengths.subList(durableLength, last + 1)))) {
                SortedMap<Long, List<Version>> options = new TreeMap<>();
                for (Map.Entry<Long, List<Version>> sector : possible.entrySet()) {
                    List<Version> ofSector = new ArrayList<>(sector.getValue());
                    if (trace.profile() != DiskProfile.NO_PSOW) {
                        ofSector.addAll(torn(file, sector.getKey(), sector.getValue(), lengths.subList(0, durableLength + 1)));
                    }
                    options.put(sector.getKey(), ofSector.stream().map(version -> exposed(version, file, sector.getKey(), showing)).toList());
                }
                contents.addAll(combine(file, options, lengths.subList(0, last + 1)));
            }
        }
        return contents;
    }

    /** Every file that takes one option for each sector; without power-safe overwriting, block by block. */
    private List<byte[]> combine(int file, SortedMap<Long, List<Version>> options, List<Length> kept) {
        long size = kept.get(kept.size() - 1).size();
        List<byte[]> partial = List.of(new byte[0]);
        for (long block = 0; block * BLOCK * 512 < size; block++) {
            SortedMap<Long, List<Version>> ofBlock = options.subMap(block * BLOCK, Math.min((block + 1) * BLOCK, (size + 511) / 512));
            List<byte[]> choices = new ArrayList<>(combine(ofBlock, kept));
            if (trace.profile() == DiskProfile.NO_PSOW) {
                options.subMap(block * BLOCK, (block + 1) * BLOCK).forEach((sector, all) -> {
                    for (Version torn : all.subList(1, all.size())) {
                        choices.addAll(combine(afterTorn(file, sector, torn, ofBlock), kept));
                    }
                });
            }
            Map<ByteBuffer, byte[]> different = new HashMap<>();
            choices.forEach(bytes -> different.put(ByteBuffer.wrap(bytes), bytes));
            List<byte[]> next = new ArrayList<>();
            partial.forEach(before -> different.values().forEach(bytes -> next.add(joined(before, bytes))));
            partial = next;
        }
        return partial.stream().map(bytes -> Arrays.copyOf(bytes, (int) size)).toList();
    }

    private static List<byte[]> combine(SortedMap<Long, List<Version>> options, List<Length> kept) {
        List<byte[]> partial = List.of(new byte[0]);
        for (Map.Entry<Long, List<Version>> sector : options.entrySet()) {
            Map<ByteBuffer, byte[]> choices = new HashMap<>();
            for (Version version : sector.getValue()) {
                byte[] bytes = cut(version, sector.getKey(), kept);
                choices.put(ByteBuffer.wrap(bytes), bytes);
            }
            List<byte[]> next = new ArrayList<>();
            partial.forEach(before -> choices.values().forEach(bytes -> next.add(joined(before, bytes))));
            partial = next;
        }
        return partial;
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] joined = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, joined, one.length, other.length);
        return joined;
    }

    /** A block that a write tore: trash, but where a later write put something whole. */
    private static SortedMap<Long, List<Version>> afterTorn(int file, long tornSector, Version torn, SortedMap<Long, List<Version>> block) {
        SortedMap<Long, List<Version>> options = new TreeMap<>();
        block.forEach((sector, all) -> {
            List<Version> left = new ArrayList<>();
            left.add(new Version(torn.at(), torn.returned(), Sector.copyOf(Trash.torn(file, sector)), false));
            for (Version version : all.subList(1, all.size())) {
                if (version.at() > torn.at() || version.at() == torn.at() && sector > tornSector) {
                    left.add(version);
                }
            }
            options.put(sector, left);
        });
        return options;
    }

    /** What the versions of a sector may leave that do not reach the disk whole: nothing, where durable bytes are in danger and the profile spares them. */
    private List<Version> torn(int file, long sector, List<Version> possible, List<Length> durableLengths) {
        byte[] durable = cut(possible.get(0), sector, durableLengths);
        List<Version> torn = new ArrayList<>();
        byte[] before = durable;
        for (Version version : possible.subList(1, possible.size())) {
            if (trace.profile() == DiskProfile.TRASH_ANYWHERE || Arrays.equals(durable, ZEROS) && (!Arrays.equals(before, version.bytes()) || version.first() && Arrays.equals(version.bytes(), ZEROS))) {
                torn.add(new Version(version.at(), version.returned(), Sector.copyOf(Trash.torn(file, sector)), false));
            }
            before = version.bytes();
        }
        return torn;
    }

    /** The changes after the first that may show bytes of another time. */
    private List<Length> growing(List<Length> lengths) {
        List<Length> growing = new ArrayList<>();
        for (int i = 1; i < lengths.size() && trace.profile() == DiskProfile.GARBAGE; i++) {
            if (!lengths.get(i).cut()) {
                growing.add(lengths.get(i));
            }
        }
        return growing;
    }

    private static List<List<Length>> subsets(List<Length> lengths) {
        List<List<Length>> subsets = new ArrayList<>();
        subsets.add(List.of());
        for (Length length : lengths) {
            for (List<Length> subset : List.copyOf(subsets)) {
                List<Length> with = new ArrayList<>(subset);
                with.add(length);
                subsets.add(with);
            }
        }
        return subsets;
    }

    /** What a sector shows instead of that version if one of these changes of length brought something else to light after it. */
    private Version exposed(Version version, int file, long sector, List<Length> showing) {
        Version shown = version;
        for (Length length : showing) {
            if (length.at() > version.at() && sector >= (length.before() + 511) / 512 && sector < (length.size() + 511) / 512) {
                shown = new Version(length.at(), length.returned(), leftover(length.at(), file, sector), false);
            }
        }
        return shown;
    }

    /** What lies where a file grows: what was cut off it there, or what a deleted file held there, the newest first; or a stranger's bytes. */
    private byte[] leftover(int instant, int file, long sector) {
        byte[] own = null;
        byte[] others = null;
        Map<Integer, byte[]> contents = new HashMap<>();
        Map<String, Integer> names = new HashMap<>(trace.initialFiles());
        names.forEach((name, number) -> contents.put(number, trace.initial().read(name, 0, 1 << 20)));
        for (DiskEvent event : trace.events().subList(0, instant)) {
            Integer gone = null;
            if (event instanceof DiskEvent.Written e) {
                byte[] bytes = Arrays.copyOf(contents.getOrDefault(e.file(), new byte[0]), 16 * 512);
                for (int i = 0; i < e.sectors().count(); i++) {
                    System.arraycopy(e.sectors().bytes(i), 0, bytes, (int) (e.sectors().first() + i) * 512, 512);
                }
                contents.put(e.file(), Arrays.copyOf(bytes, (int) e.sizeAfter()));
            } else if (event instanceof DiskEvent.Resized e) {
                byte[] before = contents.getOrDefault(e.file(), new byte[0]);
                if (e.file() == file && sector >= (e.sizeAfter() + 511) / 512) {
                    own = newer(own, before, sector);
                }
                contents.put(e.file(), Arrays.copyOf(before, (int) e.sizeAfter()));
            } else if (event instanceof DiskEvent.Created e) {
                names.put(e.name(), e.file());
            } else if (event instanceof DiskEvent.Deleted e) {
                gone = names.remove(e.name());
            } else if (event instanceof DiskEvent.Renamed e) {
                gone = names.put(e.to(), e.file());
                names.remove(e.from());
            }
            if (gone != null) {
                others = newer(others, contents.getOrDefault(gone, new byte[0]), sector);
            }
        }
        return own != null ? own : others != null ? others : Sector.copyOf(Trash.strange(file, sector));
    }

    private static byte[] newer(byte[] older, byte[] content, long sector) {
        byte[] bytes = Arrays.copyOfRange(Arrays.copyOf(content, 16 * 512), (int) sector * 512, (int) sector * 512 + 512);
        return Arrays.equals(bytes, new byte[512]) ? older : bytes;
    }

    /** The last change of length that this sync made durable. */
    private static int lastCovered(List<Length> lengths, DiskEvent.SyncEnded sync) {
        int last = 0;
        for (int i = 1; i < lengths.size(); i++) {
            if (lengths.get(i).returned() < sync.call().started() && (sync.scope() == SyncScope.FILE || !lengths.get(i).cut())) {
                last = i;
            }
        }
        return last;
    }

    /** The newest version that a sync made durable, and all later ones. */
    private static List<Version> possible(List<DiskEvent> past, int file, long sector, List<Version> versions, List<Length> lengths) {
        int durable = 0;
        for (DiskEvent event : past) {
            if (event instanceof DiskEvent.SyncEnded sync && sync.file() == file) {
                int made = lastCovered(lengths, sync);
                for (int i = durable + 1; i < versions.size(); i++) {
                    Version version = versions.get(i);
                    boolean gone = false;
                    for (int length = made + 1; length < lengths.size(); length++) {
                        Length cut = lengths.get(length);
                        gone |= cut.cut() && cut.returned() < sync.call().started() && cut.at() > version.at() && cut.size() <= sector * 512;
                    }
                    if (version.returned() < sync.call().started() && !gone) {
                        durable = i;
                    }
                }
            }
        }
        return versions.subList(durable, versions.size());
    }

    private static byte[] cut(Version version, long sector, List<Length> kept) {
        byte[] bytes = version.bytes().clone();
        for (Length length : kept) {
            if (length.cut() && length.at() > version.at()) {
                int from = (int) Math.max(0, Math.min(512, length.size() - sector * 512));
                Arrays.fill(bytes, from, 512, (byte) 0);
            }
        }
        return bytes;
    }
}
