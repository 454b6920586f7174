package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What is durable, and what is undecided, at one moment of a trace.
 *
 * <p>Invariant: the image after a crash is what is durable with some of the undecided parts applied in program order, where a change of length counts only with all
 * earlier ones of its file, and a change of names only with all earlier ones that touch one of its names. Every choice of parts is legal, and every legal image
 * has such a choice.
 *
 * <p>Not for more than one thread.
 */
final class UndecidedDisk {
    private final Map<Integer, UndecidedFile> files = new HashMap<>();
    private final SortedMap<String, Integer> names = new TreeMap<>();
    /** The undecided parts of each file, in program order: a sync looks at one file's, however many there are of others. */
    private final Map<Integer, List<Part.OfFile>> pendingOfFiles = new HashMap<>();
    private List<Part> pendingNames = new ArrayList<>();
    /** All of these in program order; null until somebody asks. */
    private @Nullable List<Part> pending;
    private long parts;
    private final DiskProfile profile;
    /** Kept only where the profile lets a file show them. */
    private final @Nullable Leftovers leftovers;

    UndecidedDisk(DiskTrace trace) {
        profile = trace.profile();
        leftovers = profile == DiskProfile.GARBAGE ? new Leftovers(trace) : null;
        trace.initialFiles().forEach((name, file) -> {
            names.put(name, file);
            files.put(file, new UndecidedFile(trace.initial().content(name)));
        });
    }

    /** The end of a trace. */
    static UndecidedDisk after(DiskTrace trace) {
        UndecidedDisk disk = new UndecidedDisk(trace);
        trace.events().forEach(disk::apply);
        return disk;
    }

    DiskProfile profile() {
        return profile;
    }

    /** The undecided parts in program order. */
    List<Part> pending() {
        List<Part> known = pending;
        if (known == null) {
            known = new ArrayList<>(pendingNames);
            for (List<Part.OfFile> ofFile : pendingOfFiles.values()) {
                known.addAll(ofFile);
            }
            known.sort(Comparator.comparingLong(Part::number));
            pending = known;
        }
        return known;
    }

    /** The durable names and the numbers of their files. */
    SortedMap<String, Integer> names() {
        return names;
    }

    UndecidedFile file(int number) {
        // A file that lost its name before the trace began is written through a handle; no name will ever lead to it.
        return files.computeIfAbsent(number, unknown -> new UndecidedFile(FileContent.EMPTY));
    }

    /** What reads of a file show. */
    FileContent cachedContent(int number) {
        UndecidedFile file = file(number);
        SectorTree sectors = file.durable();
        long size = file.size();
        for (Part.OfFile part : pendingOf(number)) {
            if (part instanceof Part.Data data) {
                sectors = sectors.with(data.index(), data.sector());
            } else if (part instanceof Part.Size length) {
                size = length.size();
                sectors = length.isShrinking() ? FileContent.cut(sectors, size) : sectors;
            }
        }
        return FileContent.of(size, sectors);
    }

    /** Whether this event decides anything: just before it is a crash point. */
    boolean isDecidedBy(DiskEvent event) {
        return event instanceof DiskEvent.SyncEnded sync && sync.failure() != SyncFailure.CLEAN_NEW && !settlement(sync).isEmpty();
    }

    void apply(DiskEvent event) {
        if (event instanceof DiskEvent.Created created) {
            add(new Part.Naming(created.call(), null, created.name(), created.file()));
        } else if (event instanceof DiskEvent.Renamed renamed) {
            rename(renamed);
        } else if (event instanceof DiskEvent.Deleted deleted) {
            add(new Part.Naming(deleted.call(), deleted.name(), null, deleted.file()));
        } else if (event instanceof DiskEvent.Written written) {
            write(written);
        } else if (event instanceof DiskEvent.Resized resized) {
            resize(resized.call(), resized.file(), resized.sizeBefore(), resized.sizeAfter());
        } else if (event instanceof DiskEvent.SyncEnded ended) {
            end(ended);
        } else if (event instanceof DiskEvent.Rotted rotted) {
            file(rotted.file()).rot(rotted.bytePosition() / Sector.BYTES, (int) (rotted.bytePosition() % Sector.BYTES), rotted.bit());
        } else if (event instanceof DiskEvent.Zeroed zeroed) {
            file(zeroed.file()).zero(zeroed.sector());
        }
        if (leftovers != null) {
            leftovers.apply(event);
        }
    }

    private void rename(DiskEvent.Renamed renamed) {
        if (profile == DiskProfile.SPLIT_RENAME) {
            add(new Part.Naming(renamed.call(), null, renamed.to(), renamed.file()));
            add(new Part.Naming(renamed.call(), renamed.from(), null, renamed.file()));
        } else {
            add(new Part.Naming(renamed.call(), renamed.from(), renamed.to(), renamed.file()));
        }
    }

    private void write(DiskEvent.Written written) {
        resize(written.call(), written.file(), written.sizeBefore(), written.sizeAfter());
        UndecidedFile file = file(written.file());
        SectorRun run = written.sectors();
        long end = written.position() + written.length();
        for (int i = 0; i < run.count(); i++) {
            long index = run.first() + i;
            // Where writing the same bytes again may destroy them, it is a part like any other. So it is with zeros over zeros; of those the first sector is enough, for a file that is filled with zeros would have thousands.
            boolean zerosOverZeros = i == 0 && file.isZerosOverZeros(index, run.sector(i));
            if (profile.trashesDurableBytes() || zerosOverZeros || !file.addsNothing(index, run.sector(i))) {
                add(new Part.Data(written.call(), written.file(), index, run.sector(i), Math.min(end, (index + 1) * Sector.BYTES), i == 0));
            }
        }
    }

    private void resize(DiskCall call, int file, long before, long after) {
        if (before != after) {
            add(new Part.Size(call, file, after, after < before, leftovers == null ? null : leftovers.exposed(file, before, after)));
        }
    }

    private void add(Part part) {
        part.number(parts++);
        pending = null;
        if (part instanceof Part.OfFile ofFile) {
            pendingOfFiles.computeIfAbsent(ofFile.file(), file -> new ArrayList<>()).add(ofFile);
            file(ofFile.file()).addUndecided(ofFile);
        } else {
            pendingNames.add(part);
        }
    }

    private void end(DiskEvent.SyncEnded sync) {
        if (sync.failure() == SyncFailure.CLEAN_NEW) {
            Settlement.covered(inScope(sync), sync).forEach(part -> part.stick(sync.call().returned()));
            return;
        }
        Settlement settlement = settlement(sync);
        if (settlement.isEmpty()) {
            return;
        }
        pending = null;
        if (sync.scope() == SyncScope.NAMES) {
            pendingNames = without(pendingNames, settlement.gone());
        } else {
            pendingOfFiles.put(sync.file(), without(pendingOf(sync.file()), settlement.gone()));
        }
        settlement.durable().forEach(this::decide);
        if (sync.scope() != SyncScope.NAMES) {
            UndecidedFile file = file(sync.file());
            file.forgetUndecided();
            pendingOf(sync.file()).forEach(file::addUndecided);
        }
    }

    private static <P extends Part> List<P> without(List<P> parts, Set<Part> gone) {
        List<P> left = new ArrayList<>(parts);
        left.removeIf(gone::contains);
        return left;
    }

    private List<? extends Part> inScope(DiskEvent.SyncEnded sync) {
        return sync.scope() == SyncScope.NAMES ? pendingNames : pendingOf(sync.file());
    }

    private Settlement settlement(DiskEvent.SyncEnded sync) {
        List<Part> covered = Settlement.covered(inScope(sync), sync);
        if (sync.failure() == SyncFailure.CLEAN_OLD) {
            return Settlement.reverting(covered);
        }
        return sync.scope() == SyncScope.NAMES ? Settlement.ofNames(pendingNames, covered)
                : Settlement.ofFile(pendingOf(sync.file()), covered, sync, file(sync.file()).size());
    }

    private void decide(Part part) {
        if (part instanceof Part.Naming naming) {
            rename(names, naming);
        } else if (part instanceof Part.OfFile ofFile) {
            file(ofFile.file()).decide(ofFile);
            if (ofFile instanceof Part.Size length && length.isShrinking()) {
                cutOlderVersions(length);
            }
        }
    }

    /** A version older than a durable cut may still come true in the sector that the cut goes through, but only with its first bytes. */
    private void cutOlderVersions(Part.Size cut) {
        long index = cut.size() / Sector.BYTES;
        for (Part.OfFile part : pendingOf(cut.file())) {
            if (part instanceof Part.Data data && data.index() == index && Settlement.isLater(cut, data)) {
                data.sector(Sector.cut(data.sector(), (int) (cut.size() % Sector.BYTES)));
            }
        }
    }

    private List<Part.OfFile> pendingOf(int file) {
        return pendingOfFiles.getOrDefault(file, List.of());
    }

    /** Applies a change of names to a map of names. */
    static void rename(Map<String, Integer> names, Part.Naming naming) {
        @Nullable String removed = naming.removed();
        if (removed != null) {
            names.remove(removed);
        }
        @Nullable String bound = naming.bound();
        if (bound != null) {
            names.put(bound, naming.file());
        }
    }
}
