package dev.afterimage.spi;

import java.util.List;
import java.util.function.Predicate;

import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.spi.storage.Disk;

/**
 * The door of a plug-in: found by {@link java.util.ServiceLoader}, stateless, safe for many threads.
 */
public interface RecoveryStrategyProvider {
    /** What the strategy is called: {@code [a-z][a-z0-9-]{0,39}}. Written into each store it makes, so it never changes. */
    String name();

    /** One sentence for a person who has to choose. */
    String description();

    /** What the strategy promises; the kit checks each promise both ways. */
    StrategyTraits traits();

    /** The knobs it has. */
    List<StrategyOption<?>> options();

    /**
     * Prepares a strategy on a disk; touches nothing there before {@link RecoveryStrategy#recover()}.
     *
     * @param context the disk and every source of nondeterminism (rule N1)
     */
    RecoveryStrategy open(StrategyContext context);

    /**
     * Shows the log of a store that is not open, the oldest record first. It only reads, and a damaged log it shows up to the damage: it is for people who want to know what
     * happened.
     *
     * @param disk the store's; it refuses to be written
     * @param storeId the store's number, as in {@link StrategyContext#storeId()}
     * @param each is given each record, and says whether it wants another
     * @throws UnsupportedTraitException if the strategy keeps no log, which is what a strategy does that does not override this
     */
    default LogSummary readLog(Disk disk, long storeId, Predicate<LogEntry> each) {
        throw new UnsupportedTraitException("the strategy " + name() + " keeps no log that could be shown");
    }
}
