package dev.afterimage.cli.comparison;

/**
 * All that was measured of one strategy: one object of the JSON output.
 *
 * @param strategy its name
 * @param commits transfers of the measured run
 * @param commitsPerSecond of the measured run
 * @param p50Micros median time of one transfer, begin to acknowledged commit
 * @param p99Micros 99th percentile of the same
 * @param syncsPerCommit sync calls per commit, the closing checkpoint's among them
 * @param bytesPerCommit bytes written per commit, the closing checkpoint's among them
 * @param logBytesPerCommit of these, log records
 * @param imageBytesPerCommit of these, full-page images
 * @param pageBytesPerCommit of these, pages and page-table nodes
 * @param writeAmplification bytes written per byte that a transfer changed
 * @param recoveryMillis mean time of the recoveries after the kills
 * @param transactionsRedone mean number of transactions redone by them
 * @param transactionsUndone mean number of transactions undone or left out by them
 * @param kills how often a child process was killed in the middle of its work
 * @param acknowledged transfers acknowledged by killed processes, each of which was looked for
 * @param crashStates distinct crash states of the simulated disk that were opened and read
 * @param lost acknowledged transfers that were not there
 * @param torn transfers half there, or there twice, and sums that were not conserved
 * @param violations lost and torn together
 */
public record StrategyResult(String strategy, long commits, double commitsPerSecond, double p50Micros, double p99Micros, double syncsPerCommit,
        double bytesPerCommit, double logBytesPerCommit, double imageBytesPerCommit, double pageBytesPerCommit, double writeAmplification,
        double recoveryMillis, double transactionsRedone, double transactionsUndone, int kills, long acknowledged, long crashStates, long lost,
        long torn, long violations) {
}
