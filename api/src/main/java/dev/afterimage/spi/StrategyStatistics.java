package dev.afterimage.spi;

/**
 * Counters of a strategy since it was opened.
 *
 * @param logBytes bytes of log records written, other than page images
 * @param imageBytes bytes of full-page images and doublewrite copies written
 * @param pageBytes bytes of pages and page-table nodes written
 * @param cacheHits page accesses served from memory
 * @param cacheMisses page accesses that read the disk
 * @param evictions pages put out of memory to make room
 * @param checkpoints checkpoints finished
 */
public record StrategyStatistics(long logBytes, long imageBytes, long pageBytes, long cacheHits, long cacheMisses, long evictions,
        long checkpoints) {
}
