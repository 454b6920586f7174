package dev.afterimage.spitests.disk;

/** How much room the files of a disk take, in sectors, and how much there is. Guarded by the disk's gate, but for the limit. */
final class Room {
    private long taken;
    private volatile long limit = Long.MAX_VALUE;

    /** A disk has room for so many bytes, in whole sectors. */
    void limitBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("capacity: expected no negative number of bytes, found " + bytes);
        }
        limit = bytes / Sector.BYTES;
    }

    long allocatedBytes() {
        return taken * Sector.BYTES;
    }

    /** A file is there that has its room already. */
    void add(Inode inode) {
        taken += inode.allocated().cardinality();
    }

    /** Takes room for one more sector of a file; false if there is none. */
    boolean take(Inode inode, int sector) {
        return take(inode, sector, sector + 1);
    }

    /** Takes room for sectors of a file, for all or for none; those that have room already need no more. */
    boolean take(Inode inode, int from, int to) {
        int missing = to - from - inode.allocated().get(from, to).cardinality();
        if (missing > 0 && taken + missing > limit) {
            return false;
        }
        inode.allocated().set(from, to);
        taken += missing;
        return true;
    }

    /** Gives back the room of a file beyond its first sectors. */
    void release(Inode inode, int sectors) {
        int before = inode.allocated().cardinality();
        inode.allocated().clear(sectors, Math.max(sectors, inode.allocated().length()));
        taken -= before - inode.allocated().cardinality();
    }

    @Override
    public String toString() {
        return taken + " of " + limit + " sectors are taken";
    }
}
