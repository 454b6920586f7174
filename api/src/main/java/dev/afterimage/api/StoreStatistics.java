package dev.afterimage.api;

/**
 * Counters since a store was opened, and a few numbers of the present moment.
 *
 * @param commits transactions that changed something and were given a place in the commit order
 * @param readOnlyCommits transactions that changed nothing and committed
 * @param rollbacks transactions rolled back, for whatever reason
 * @param deadlocks of these, chosen to break a deadlock
 * @param lockTimeouts of these, for having waited too long
 * @param syncs sync calls that reached the disk: data, full, and names
 * @param bytesWritten bytes written to the disk in all
 * @param logBytes of these, log records other than page images
 * @param imageBytes of these, full-page images and doublewrite copies
 * @param pageBytes of these, pages and page-table nodes
 * @param bytesRead bytes read from the disk
 * @param bytesChanged bytes the applications changed, by the ranges they wrote; the divisor of write amplification
 * @param cacheHits page accesses served from memory
 * @param cacheMisses page accesses that read the disk
 * @param evictions pages put out of memory to make room
 * @param checkpoints checkpoints finished
 * @param transactionsRollingBack transactions that a crash left unfinished and that are still being rolled back now
 * @param pagesRollingBack pages still locked for them now
 * @param changesRollingBack about how many changes are still to be undone now
 */
public record StoreStatistics(long commits, long readOnlyCommits, long rollbacks, long deadlocks, long lockTimeouts, long syncs, long bytesWritten,
        long logBytes, long imageBytes, long pageBytes, long bytesRead, long bytesChanged, long cacheHits, long cacheMisses, long evictions,
        long checkpoints, long transactionsRollingBack, long pagesRollingBack, long changesRollingBack) {
}
