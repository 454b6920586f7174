package dev.afterimage.spi;

import java.util.function.Predicate;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreOpener;

/**
 * The engine with its surroundings in the caller's hands: for tests, simulations and tools. Applications use {@link dev.afterimage.api.PageStores}.
 */
public interface StoreEngine extends StoreOpener {
    /** Opens a store as {@link dev.afterimage.api.PageStores#open} says, in these surroundings. */
    PageStore open(StoreConfig config, StoreEnvironment environment);

    /**
     * Shows the log of a store to people, as {@link RecoveryStrategyProvider#readLog} says. The store is locked meanwhile, for a log in use changes under the reader; but for the lock nothing
     * is written, and nothing recovered.
     *
     * @param location the store's place: scheme and rest
     * @param environment of which the disk and the strategy count, where they are given
     * @param each is given each record, and says whether it wants another
     * @throws dev.afterimage.api.StoreMissingException if there is no store, or one whose making was cut short
     * @throws dev.afterimage.api.StoreLockedException if somebody has it open
     * @throws dev.afterimage.api.StrategyNotFoundException if the strategy that made it is not there
     * @throws dev.afterimage.api.UnsupportedTraitException if that strategy keeps no log
     */
    LogSummary readLog(String location, StoreEnvironment environment, Predicate<LogEntry> each);
}
