package dev.afterimage.spitests.disk;

import java.util.List;

/** Names and bytes of a disk at rest. Immutable; images share the sectors they have in common, and a sector of zeros costs nothing. */
public final class DiskImage {
    /** No files. */
    public static final DiskImage EMPTY = new DiskImage();

    private DiskImage() {
    }

    /** The names, sorted. */
    public List<String> names() {
        throw new UnsupportedOperationException();
    }

    /** Whether there is a file of this name. */
    public boolean contains(String name) {
        throw new UnsupportedOperationException();
    }

    /** Length of a file in bytes. */
    public long size(String name) {
        throw new UnsupportedOperationException();
    }

    /** Bytes of a file from a position; fewer than asked only at its end. */
    public byte[] read(String name, long position, int length) {
        throw new UnsupportedOperationException();
    }

    /** 64 bits over all names, lengths and bytes: equal images have equal hashes, and different ones differ but for bad luck. */
    public long hash() {
        throw new UnsupportedOperationException();
    }

    /** A copy with a file of these bytes, in place of any of that name. */
    public DiskImage withFile(String name, byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    /** A copy without that file. */
    public DiskImage withoutFile(String name) {
        throw new UnsupportedOperationException();
    }

    /** A copy with one bit turned round. */
    public DiskImage flipBit(String name, long bytePosition, int bit) {
        throw new UnsupportedOperationException();
    }

    /** A copy with one sector of 512 bytes zeroed. */
    public DiskImage zeroSector(String name, long sector) {
        throw new UnsupportedOperationException();
    }

    /** A copy with bytes written over; the length stays. */
    public DiskImage overwrite(String name, long position, byte[] bytes) {
        throw new UnsupportedOperationException();
    }

    /** A copy with a file cut or grown with zeros. */
    public DiskImage resize(String name, long size) {
        throw new UnsupportedOperationException();
    }
}
