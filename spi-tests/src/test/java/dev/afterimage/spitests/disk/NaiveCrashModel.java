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

/**
 * The fault model's table word by word, with nothing kept between two questions: what may a crash leave at this instant? Slow, and written without a glance at the classes it
 * judges. It knows no faults.
 */
final class NaiveCrashModel {
    private final DiskTrace trace;

    NaiveCrashModel(DiskTrace trace) {
        this.trace = trace;
    }

    private record Version(int at, long returned, byte[] bytes) {
    }

    private record Length(int at, long returned, long size, boolean cut) {
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
            for (Map.Entry<String, Integer> name : names.entrySet()) {
                List<DiskImage> next = new ArrayList<>();
                for (byte[] content : contents(past, name.getValue())) {
                    for (DiskImage image : images) {
                        next.add(image.withFile(name.getKey(), content));
                    }
                }
                images = next;
            }
            images.forEach(image -> hashes.add(image.hash()));
        }
        return hashes;
    }

    private List<SortedMap<String, Integer>> namings(List<DiskEvent> past) {
        List<Change> changes = new ArrayList<>();
        long synced = -1;
        for (int i = 0; i < past.size(); i++) {
            DiskEvent event = past.get(i);
            if (event instanceof DiskEvent.Created e) {
                changes.add(new Change(i, e.call().returned(), null, e.name(), e.file()));
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
                    .add(new Version(-1, -1, Arrays.copyOfRange(Arrays.copyOf(start, 16 * 512), (int) sector * 512, (int) sector * 512 + 512)));
        }
        lengths.add(new Length(-1, -1, start.length, false));
        for (int i = 0; i < past.size(); i++) {
            DiskEvent event = past.get(i);
            if (event instanceof DiskEvent.Written e && e.file() == file) {
                for (int s = 0; s < e.sectors().count(); s++) {
                    versions.get(e.sectors().first() + s).add(new Version(i, e.call().returned(), e.sectors().bytes(s)));
                }
                if (e.sizeAfter() != e.sizeBefore()) {
                    lengths.add(new Length(i, e.call().returned(), e.sizeAfter(), false));
                }
            } else if (event instanceof DiskEvent.Resized e && e.file() == file) {
                lengths.add(new Length(i, e.call().returned(), e.sizeAfter(), e.sizeAfter() < e.sizeBefore()));
            }
        }
        return combine(past, file, versions, lengths);
    }

    private static List<byte[]> combine(List<DiskEvent> past, int file, SortedMap<Long, List<Version>> versions, List<Length> lengths) {
        int durableLength = 0;
        for (DiskEvent event : past) {
            if (event instanceof DiskEvent.SyncEnded sync && sync.file() == file) {
                durableLength = Math.max(durableLength, lastCovered(lengths, sync));
            }
        }
        List<byte[]> contents = new ArrayList<>();
        for (int last = durableLength; last < lengths.size(); last++) {
            List<Length> kept = lengths.subList(0, last + 1);
            List<byte[]> partial = List.of(new byte[0]);
            for (Map.Entry<Long, List<Version>> sector : versions.entrySet()) {
                Map<ByteBuffer, byte[]> choices = new HashMap<>();
                for (Version version : possible(past, file, sector.getKey(), sector.getValue(), lengths)) {
                    byte[] bytes = cut(version, sector.getKey(), kept);
                    choices.put(ByteBuffer.wrap(bytes), bytes);
                }
                List<byte[]> next = new ArrayList<>();
                for (byte[] before : partial) {
                    for (byte[] bytes : choices.values()) {
                        byte[] joined = Arrays.copyOf(before, before.length + 512);
                        System.arraycopy(bytes, 0, joined, before.length, 512);
                        next.add(joined);
                    }
                }
                partial = next;
                if ((sector.getKey() + 1) * 512 >= kept.get(last).size()) {
                    break;
                }
            }
            partial.forEach(bytes -> contents.add(Arrays.copyOf(bytes, (int) kept.get(kept.size() - 1).size())));
        }
        return contents;
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
