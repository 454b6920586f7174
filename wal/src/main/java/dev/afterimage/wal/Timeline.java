package dev.afterimage.wal;

/**
 * The writing of one opening of a store: a stretch of the stream with a salt of its own.
 *
 * @param number 1 for the first; each opening takes a number higher than any it sees
 * @param salt random; records of any other timeline do not check out under it
 * @param startLsn position of the first record
 * @param parent the timeline it continues, or 0
 * @param parentEnd where the parent ends: nothing of the parent beyond it is ever read again
 */
record Timeline(int number, long salt, long startLsn, int parent, long parentEnd) {
}
