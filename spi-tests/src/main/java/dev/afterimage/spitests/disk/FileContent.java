package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;

/** Length and bytes of a file. Immutable; beyond its length there are only zeros, so that equal files have equal hashes. */
final class FileContent {
    static final FileContent EMPTY = new FileContent(0, SectorTree.EMPTY);

    private final long size;
    private final SectorTree sectors;

    private FileContent(long size, SectorTree sectors) {
        this.size = size;
        this.sectors = sectors;
    }

    /** The content of that length; what the tree holds beyond it is invisible, and stays so when the file grows. */
    static FileContent of(long size, SectorTree sectors) {
        return size == 0 ? EMPTY : new FileContent(size, cut(sectors, size));
    }

    /** The tree with zeros from that byte on. */
    static SectorTree cut(SectorTree sectors, long size) {
        long whole = (size + Sector.BYTES - 1) / Sector.BYTES;
        SectorTree cut = sectors.truncated(whole);
        int rest = (int) (size % Sector.BYTES);
        return rest == 0 ? cut : cut.with(whole - 1, Sector.cut(cut.get(whole - 1), rest));
    }

    long size() {
        return size;
    }

    SectorTree sectors() {
        return sectors;
    }

    long hash() {
        return Hashing.mix(sectors.hash() + Hashing.GOLDEN * size);
    }

    FileContent resized(long newSize) {
        return newSize < size ? of(newSize, sectors) : new FileContent(newSize, sectors);
    }

    /** This content with the sector at that number watched, if the file reaches so far. */
    FileContent watched(long index, ReadWatch watch, int number) {
        return index * Sector.BYTES < size ? new FileContent(size, sectors.watched(index, watch, number)) : this;
    }

    /** This content with these sectors; the length grows where needed. */
    FileContent with(SectorRun run, long newSize) {
        SectorTree tree = sectors;
        for (int i = 0; i < run.count(); i++) {
            tree = tree.with(run.first() + i, run.sector(i));
        }
        return new FileContent(newSize, tree);
    }

    /** The sectors that a write of these bytes would leave; takes the bytes from the buffer. */
    SectorRun overwritten(ByteBuffer source, long position, int length) {
        assert length > 0 && length <= source.remaining();
        long first = position / Sector.BYTES;
        long last = (position + length - 1) / Sector.BYTES;
        Sector[] run = new Sector[Math.toIntExact(last - first + 1)];
        int left = length;
        int from = (int) (position % Sector.BYTES);
        for (int i = 0; i < run.length; i++) {
            int bytes = Math.min(left, Sector.BYTES - from);
            byte[] sector = bytes == Sector.BYTES ? new byte[Sector.BYTES] : Sector.copyOf(sectors.get(first + i));
            source.get(sector, from, bytes);
            run[i] = Sector.of(sector);
            left -= bytes;
            from = 0;
        }
        return new SectorRun(first, run);
    }

    /** Fills the target from that position as far as the file goes; returns how many bytes. */
    int read(ByteBuffer target, long position) {
        if (position >= size) {
            return 0;
        }
        int length = (int) Math.min(target.remaining(), size - position);
        long at = position;
        int left = length;
        while (left > 0) {
            int from = (int) (at % Sector.BYTES);
            int bytes = Math.min(left, Sector.BYTES - from);
            Sector.copy(sectors.get(at / Sector.BYTES), from, bytes, target);
            at += bytes;
            left -= bytes;
        }
        return length;
    }

    FileContent flipBit(long bytePosition, int bit) {
        if (bytePosition < 0 || bytePosition >= size || bit < 0 || bit > 7) {
            throw new IllegalArgumentException("expected a byte below " + size + " and a bit of 0 to 7, found byte " + bytePosition + ", bit " + bit);
        }
        long index = bytePosition / Sector.BYTES;
        return new FileContent(size, sectors.with(index, Sector.flip(sectors.get(index), (int) (bytePosition % Sector.BYTES), bit)));
    }
}
