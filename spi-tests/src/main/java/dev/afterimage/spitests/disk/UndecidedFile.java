package dev.afterimage.spitests.disk;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** One file as far as it is durable, and the newest undecided version of each sector. */
final class UndecidedFile {
    /** May hold sectors beyond {@link #size}: bytes that are durable but not visible. */
    private SectorTree durable;
    private long size;
    /** What is durable and visible, until that changes. */
    private @Nullable FileContent content;
    private final Map<Long, Part.Data> newest = new HashMap<>();
    /** How many undecided parts cut the file, or may bring other bytes to light in it: while there is one, a sector's content is not just its newest version. */
    private int changesBytes;

    UndecidedFile(FileContent content) {
        this.content = content;
        durable = content.sectors();
        size = content.size();
    }

    FileContent durableContent() {
        FileContent known = content;
        if (known == null) {
            known = FileContent.of(size, durable);
            content = known;
        }
        return known;
    }

    SectorTree durable() {
        return durable;
    }

    long size() {
        return size;
    }

    Part.@Nullable Data newest(long index) {
        return newest.get(index);
    }

    /** Whether a write that leaves this in a sector adds no new outcome to those there are. */
    boolean addsNothing(long index, @Nullable Sector sector) {
        Part.Data last = newest.get(index);
        if (changesBytes > 0 || last != null && last.isStuck()) {
            return false;
        }
        return Sector.same(sector, last == null ? durable.get(index) : last.sector());
    }

    /** Whether a write of this leaves zeros where nothing else was: the same bytes, and yet a sector in flight. */
    boolean isZerosOverZeros(long index, @Nullable Sector sector) {
        Part.Data last = newest.get(index);
        return Sector.isZeros(sector) && Sector.isZeros(durable.get(index)) && (last == null || Sector.isZeros(last.sector()));
    }

    /** Forgets what is known of undecided parts; they are then added again one by one. */
    void forgetUndecided() {
        newest.clear();
        changesBytes = 0;
    }

    void addUndecided(Part.OfFile part) {
        if (part instanceof Part.Data data) {
            data.older(newest.put(data.index(), data));
        } else if (part instanceof Part.Size length && (length.isShrinking() || length.exposed() != null)) {
            changesBytes++;
        }
    }

    /** Makes a part durable, after all those before it that become durable too. */
    void decide(Part.OfFile part) {
        content = null;
        if (part instanceof Part.Data data) {
            durable = durable.with(data.index(), data.sector());
        } else if (part instanceof Part.Size length) {
            size = length.size();
            if (length.isShrinking()) {
                durable = FileContent.cut(durable, size);
            }
        }
    }

    void zero(long index) {
        content = null;
        durable = durable.with(index, null);
        for (Part.Data version = newest.get(index); version != null; version = version.older()) {
            version.sector(null);
        }
    }

    void rot(long index, int at, int bit) {
        content = null;
        durable = durable.with(index, Sector.flip(durable.get(index), at, bit));
        for (Part.Data version = newest.get(index); version != null; version = version.older()) {
            version.sector(Sector.flip(version.sector(), at, bit));
        }
    }
}
