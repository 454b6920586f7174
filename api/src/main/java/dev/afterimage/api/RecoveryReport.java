package dev.afterimage.api;

import java.time.Duration;
import java.util.List;

/**
 * What opening a store had to do (rule R1).
 *
 * @param strategy the strategy's name
 * @param outcome how the store was found
 * @param phases what was done, in order
 * @param transactionsRedone committed transactions of which something was done again
 * @param transactionsUndone unfinished transactions that were rolled back or left out, as far as the strategy can tell: one without undo may find no trace of them
 * @param pagesRepaired torn pages made whole
 * @param tailBytesCut bytes of torn log tail that were cut
 * @param highestTransactionId the highest transaction number the store may have seen; numbering goes on above it
 * @param duration how long it took
 * @param transactionsRollingBack unfinished transactions that were still to be rolled back when the store opened: a part of {@code transactionsUndone}
 * @param pagesRollingBack pages that stay locked until then ({@link StoreStatistics#pagesRollingBack()} says how many there still are)
 */
public record RecoveryReport(String strategy, Outcome outcome, List<RecoveryPhase> phases, long transactionsRedone, long transactionsUndone,
        long pagesRepaired, long tailBytesCut, long highestTransactionId, Duration duration, long transactionsRollingBack, long pagesRollingBack) {

    /** How the store was found. */
    public enum Outcome {
        /** There was none; it was made. */
        CREATED,
        /** Closed in good order; nothing to do. */
        CLEAN,
        /** A crash came before; it was recovered. */
        RECOVERED
    }

    /** Keeps the phases from changing. */
    public RecoveryReport {
        phases = List.copyOf(phases);
    }
    /** A report as a strategy gives it: what is still to be rolled back is counted by the engine. */
    public RecoveryReport(String strategy, Outcome outcome, List<RecoveryPhase> phases, long transactionsRedone, long transactionsUndone, long pagesRepaired,
            long tailBytesCut, long highestTransactionId, Duration duration) {
        this(strategy, outcome, phases, transactionsRedone, transactionsUndone, pagesRepaired, tailBytesCut, highestTransactionId, duration, 0, 0);
    }

    /** This report, of a store that opens with so much still to be rolled back. */
    public RecoveryReport withRollingBack(long transactions, long pages) {
        return new RecoveryReport(strategy, outcome, phases, transactionsRedone, transactionsUndone, pagesRepaired, tailBytesCut, highestTransactionId, duration,
                transactions, pages);
    }
}
