package dev.afterimage.spitests.disk;

import org.jspecify.annotations.Nullable;

/** Neighbouring sectors as one write left them. Immutable. */
public final class SectorRun {
    private final long first;
    private final @Nullable Sector[] sectors;

    SectorRun(long first, @Nullable Sector[] sectors) {
        this.first = first;
        this.sectors = sectors;
    }

    /** Number of the first sector in its file. */
    public long first() {
        return first;
    }

    /** How many sectors. */
    public int count() {
        return sectors.length;
    }

    /** A copy of the 512 bytes of one of them, counted from 0. */
    public byte[] bytes(int index) {
        return Sector.copyOf(sectors[index]);
    }

    @Nullable Sector sector(int index) {
        return sectors[index];
    }

    @Override
    public String toString() {
        return "sectors " + first + " to " + (first + sectors.length - 1);
    }
}
