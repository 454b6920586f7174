package dev.afterimage.spitests.watch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.SectorRun;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.disk.SyncScope;
import org.jspecify.annotations.Nullable;

/**
 * In how many places each value lies durably: places that hold it in every image that a power loss could leave. Kept up to date with each call; a call costs in proportion to the sectors that it touches.
 *
 * <p>A place counts while the durable version of its sector holds the value there, and every undecided version as well, and a durable name leads to the file. Not for several threads.
 */
final class DurableCopies {
    private final LongPredicate known;
    private final Homes homes;
    private final Map<Integer, WatchedFile> files = new HashMap<>();
    private final Map<String, WatchedFile> names = new HashMap<>();
    private final Count everywhere = new Count();
    private final Count atHome = new Count();
    private final Count onTheirWay = new Count();
    private final Set<Long> lessened = new HashSet<>();
    private final Set<Long> lessenedElsewhere = new HashSet<>();
    private boolean wroteValues;

    /** What a disk holds when the watch begins, all of it durable. */
    DurableCopies(DiskTrace trace, LongPredicate known, Homes homes) {
        this.known = known;
        this.homes = homes;
        DiskImage image = trace.initial();
        trace.initialFiles().forEach((name, number) -> {
            WatchedFile file = new WatchedFile(name, true, Long.MIN_VALUE);
            files.put(number, file);
            names.put(name, file);
            long sectors = (image.size(name) + WatchedFile.SECTOR - 1) / WatchedFile.SECTOR;
            for (long sector = 0; sector < sectors; sector++) {
                TaggedSector values = TaggedSector.of(image.read(name, sector * WatchedFile.SECTOR, WatchedFile.SECTOR), known);
                if (values != TaggedSector.NONE) {
                    WatchedFile.Versions versions = versions(file, sector);
                    versions.durable = values;
                    recount(file, versions, Long.MIN_VALUE);
                }
            }
        });
        trace.events().forEach(event -> apply(event, null));
    }

    /** In how many places a value lies durably. */
    int copies(long tag) {
        return everywhere.of(tag);
    }

    /** Since when, on the disk's time line, a value has lain durably somewhere; {@link Long#MAX_VALUE} if it does not. */
    long since(long tag) {
        return everywhere.since(tag);
    }

    /** In how many durable places it lies that are not its page's home. */
    int copiesElsewhere(long tag) {
        return everywhere.of(tag) - atHome.of(tag);
    }

    /** In how many durable places it lies that are neither its page's home nor a copy of the page on its way there. */
    int copiesInLog(long tag) {
        return everywhere.of(tag) - atHome.of(tag) - onTheirWay.of(tag);
    }

    /** Since when a value has lain durably at its page's home; {@link Long#MAX_VALUE} if it does not. */
    long sinceAtHome(long tag) {
        return atHome.since(tag);
    }

    /** What reads show at a place of a file. */
    long newest(String name, long position) {
        WatchedFile file = names.get(name);
        WatchedFile.Versions versions = file == null ? null : file.sectors.get(position / WatchedFile.SECTOR);
        return versions == null ? 0 : versions.newest().at((int) (position % WatchedFile.SECTOR));
    }

    /** The calls that wrote a value and that no sync has covered yet. */
    List<GuiltyCall> undecided(long tag) {
        List<GuiltyCall> calls = new ArrayList<>();
        for (WatchedFile file : files.values()) {
            for (WatchedFile.Versions versions : file.sectors.values()) {
                for (WatchedFile.Version version : versions.undecided) {
                    GuiltyCall by = version.by();
                    if (by != null && !calls.contains(by) && contains(version.values(), tag)) {
                        calls.add(by);
                    }
                }
            }
        }
        calls.sort((one, other) -> Long.compare(one.number(), other.number()));
        return calls;
    }

    private static boolean contains(TaggedSector values, long tag) {
        for (long other : values.tags()) {
            if (other == tag) {
                return true;
            }
        }
        return false;
    }

    /** Takes note of an event. Afterwards {@link #lessened()} says of which values it took a durable copy away. */
    void apply(DiskEvent event, @Nullable GuiltyCall by) {
        lessened.clear();
        lessenedElsewhere.clear();
        wroteValues = false;
        if (event instanceof DiskEvent.Created created) {
            WatchedFile file = new WatchedFile(created.name(), false, created.call().returned());
            files.put(created.file(), file);
            names.put(created.name(), file);
        } else if (event instanceof DiskEvent.Deleted deleted) {
            doom(names.remove(deleted.name()), deleted.call().returned());
        } else if (event instanceof DiskEvent.Renamed renamed) {
            rename(renamed);
        } else if (event instanceof DiskEvent.Written written) {
            write(written, by);
        } else if (event instanceof DiskEvent.Resized resized && resized.sizeAfter() < resized.sizeBefore()) {
            cut(resized, by);
        } else if (event instanceof DiskEvent.SyncEnded ended) {
            end(ended);
        }
    }

    /** Values of which the newest event took a durable copy away. */
    Collection<Long> lessened() {
        return lessened;
    }

    /** Of these, values of which it took a copy away that was not at the page's home. */
    Collection<Long> lessenedElsewhere() {
        return lessenedElsewhere;
    }

    /** Whether the newest event wrote any value. */
    boolean wroteValues() {
        return wroteValues;
    }

    private void rename(DiskEvent.Renamed renamed) {
        WatchedFile file = names.remove(renamed.from());
        WatchedFile replaced = names.remove(renamed.to());
        if (replaced != null) {
            doom(replaced, renamed.call().returned());
        }
        if (file != null) {
            // One name or the other leads to it after a power loss, so where the old one was durable, it stays certain.
            file.name = renamed.to();
            names.put(renamed.to(), file);
            file.namedAt = file.named ? file.namedAt : renamed.call().returned();
        }
    }

    private void doom(@Nullable WatchedFile file, long at) {
        if (file != null) {
            file.doomed = true;
            recount(file, at);
        }
    }

    private void write(DiskEvent.Written written, @Nullable GuiltyCall by) {
        WatchedFile file = files.get(written.file());
        if (file == null) {
            return;
        }
        SectorRun run = written.sectors();
        for (int index = 0; index < run.count(); index++) {
            TaggedSector values = TaggedSector.of(run.bytes(index), known);
            wroteValues |= values != TaggedSector.NONE;
            WatchedFile.Versions versions = file.sectors.get(run.first() + index);
            if (versions == null && values == TaggedSector.NONE) {
                continue; // nothing was there, and nothing is
            }
            versions = versions == null ? versions(file, run.first() + index) : versions;
            versions.undecided.add(new WatchedFile.Version(written.call().returned(), values, by, false));
            recount(file, versions, written.call().returned());
        }
    }

    private void cut(DiskEvent.Resized resized, @Nullable GuiltyCall by) {
        WatchedFile file = files.get(resized.file());
        if (file == null) {
            return;
        }
        file.sectors.forEach((sector, versions) -> {
            long left = resized.sizeAfter() - sector * WatchedFile.SECTOR;
            if (left < WatchedFile.SECTOR) {
                TaggedSector values = left <= 0 ? TaggedSector.NONE : versions.newest().before((int) left);
                versions.undecided.add(new WatchedFile.Version(resized.call().returned(), values, by, false));
                recount(file, versions, resized.call().returned());
            }
        });
    }

    private void end(DiskEvent.SyncEnded ended) {
        long begun = ended.call().started();
        if (ended.scope() == SyncScope.NAMES) {
            if (ended.failure() == null) {
                for (WatchedFile file : files.values()) {
                    if (!file.named && file.namedAt < begun) {
                        file.named = true;
                        recount(file, ended.call().returned());
                    }
                }
            }
            return;
        }
        WatchedFile file = files.get(ended.file());
        if (file == null) {
            return;
        }
        for (WatchedFile.Versions versions : file.sectors.values()) {
            if (!versions.undecided.isEmpty()) {
                if (ended.failure() == null) {
                    versions.settle(begun);
                } else if (ended.failure() == SyncFailure.CLEAN_OLD) {
                    versions.revert(begun);
                } else {
                    versions.stick(begun);
                }
                recount(file, versions, ended.call().returned());
            }
        }
    }

    private static WatchedFile.Versions versions(WatchedFile file, long sector) {
        return file.sectors.computeIfAbsent(sector, WatchedFile.Versions::new);
    }

    private void recount(WatchedFile file, long at) {
        file.sectors.values().forEach(versions -> recount(file, versions, at));
    }

    private void recount(WatchedFile file, WatchedFile.Versions versions, long at) {
        TaggedSector now = file.isCertain() ? versions.certain() : TaggedSector.NONE;
        if (now == versions.counted) {
            return;
        }
        TaggedSector before = versions.counted;
        boolean home = homes.hasAny(file.name);
        boolean copied = homes.holdsCopies(file.name);
        for (int index = 0; index < now.tags().length; index++) {
            long tag = now.tags()[index];
            everywhere.add(tag, at);
            if (copied) {
                onTheirWay.add(tag, at);
            }
            if (home && isHome(file, versions, now, index)) {
                atHome.add(tag, at);
            }
        }
        for (int index = 0; index < before.tags().length; index++) {
            long tag = before.tags()[index];
            everywhere.remove(tag);
            if (copied) {
                onTheirWay.remove(tag);
            }
            boolean wasHome = home && isHome(file, versions, before, index);
            if (wasHome) {
                atHome.remove(tag);
            }
            if (now.at(before.offsets()[index]) != tag) {
                lessened.add(tag);
                if (!wasHome) {
                    lessenedElsewhere.add(tag);
                }
            }
        }
        versions.counted = now;
    }

    private boolean isHome(WatchedFile file, WatchedFile.Versions versions, TaggedSector values, int index) {
        return homes.isHome(file.name, versions.sector * WatchedFile.SECTOR + values.offsets()[index], values.tags()[index]);
    }

    /** How many durable places of a kind each value has, and since when it has any. */
    private static final class Count {
        private final Map<Long, Integer> counts = new HashMap<>();
        private final Map<Long, Long> times = new HashMap<>();

        void add(long tag, long at) {
            if (counts.merge(tag, 1, Integer::sum) == 1) {
                times.put(tag, at);
            }
        }

        void remove(long tag) {
            if (counts.merge(tag, -1, Integer::sum) <= 0) {
                counts.remove(tag);
                times.remove(tag);
            }
        }

        int of(long tag) {
            return counts.getOrDefault(tag, 0);
        }

        long since(long tag) {
            return times.getOrDefault(tag, Long.MAX_VALUE);
        }
    }
}
