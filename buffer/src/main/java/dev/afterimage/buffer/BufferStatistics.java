package dev.afterimage.buffer;

/**
 * What a pool has done since it was made.
 *
 * @param hits pins that found their page resident; a few may go uncounted when threads hit one frame at the same moment
 * @param misses pins that had to read their page or make it
 * @param evictions pages that had to leave to make room
 * @param pagesWritten pages handed to their spaces, whoever asked for it
 */
public record BufferStatistics(long hits, long misses, long evictions, long pagesWritten) {}
