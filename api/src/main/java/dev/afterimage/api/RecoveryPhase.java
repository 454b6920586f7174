package dev.afterimage.api;

import java.time.Duration;

/**
 * One phase of a recovery.
 *
 * @param name the field's word for it: {@code analysis}, {@code redo}, {@code undo}, {@code page table walk}
 * @param from first position read (an LSN, or a number the strategy explains)
 * @param to position after the last one read
 * @param records log records, or table nodes, read
 * @param pagesRead pages read from their homes
 * @param pagesChanged pages redone or undone
 * @param pagesSkipped pages that already held the change
 * @param bytesRead bytes read in this phase
 * @param duration how long it took
 */
public record RecoveryPhase(String name, long from, long to, long records, long pagesRead, long pagesChanged, long pagesSkipped, long bytesRead,
        Duration duration) {
}
