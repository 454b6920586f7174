package dev.afterimage.api;

import java.time.Duration;

/**
 * What was rolled back after a store had been opened: the transactions that a crash left unfinished, where the strategy lets new work start before they are undone.
 *
 * @param transactions transactions rolled back
 * @param pages pages they had locked
 * @param duration from the opening of the store to the end of the last of them
 */
public record RollbackReport(long transactions, long pages, Duration duration) {
}
