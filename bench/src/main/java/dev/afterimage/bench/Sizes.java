package dev.afterimage.bench;

import dev.afterimage.cli.benchmark.BenchmarkPlan;

/**
 * How large everything is.
 *
 * @param appendedMib files that are appended to, in MiB
 * @param sequentialMib files that are written or read from first to last past the cache, in MiB
 * @param accounts accounts of a store for transfers, a page each
 * @param committers virtual threads that make transfers at once
 * @param uncachedPages pages of a store that does not fit its cache
 * @param cacheFrames pages that its cache holds
 * @param loadedPages pages of a bulk load
 * @param changes changes that are rolled back
 * @param restartLogMib log of a crashed store, in MiB
 * @param restartPages pages of it
 */
record Sizes(int appendedMib, int sequentialMib, int accounts, int committers, int uncachedPages, int cacheFrames, int loadedPages, int changes, int restartLogMib, int restartPages) {
    private static final Sizes FULL = new Sizes(64, 256, 4096, 10_000, 16384, 1024, 4096, 10_000, 64, 2048);
    private static final Sizes TINY = new Sizes(1, 2, 256, 100, 1024, 64, 256, 100, 2, 64);

    static Sizes of(BenchmarkPlan.Size size) {
        return size == BenchmarkPlan.Size.TINY ? TINY : FULL;
    }
}
