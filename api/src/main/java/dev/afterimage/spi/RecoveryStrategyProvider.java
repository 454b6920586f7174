package dev.afterimage.spi;

import java.util.List;

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
}
