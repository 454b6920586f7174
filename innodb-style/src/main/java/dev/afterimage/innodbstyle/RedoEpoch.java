package dev.afterimage.innodbstyle;

/**
 * A stretch of the log that one opening wrote.
 *
 * @param id counts openings in its upper half, from 1; its lower half is random, so that copies of a store that went on separately cannot be mixed
 * @param firstBlock the block that begins it and names its parent
 */
record RedoEpoch(long id, long firstBlock) {
    /** An id for the next opening. */
    static long next(long id, int random) {
        return (long) Math.addExact(count(id), 1) << 32 | random & 0xFFFF_FFFFL;
    }

    /** How many openings there had been, this one included. */
    static int count(long id) {
        return (int) (id >>> 32);
    }
}
