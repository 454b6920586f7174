package dev.afterimage.spi;

/** How much the engine has to note of a change: as little as the strategy can do with. */
public enum ChangeDetail {
    /** Nothing: {@link StrategyTransaction#changed} is called without usable ranges (one, covering the page). */
    NONE,
    /** Which bytes changed, and what they are now. */
    RANGES,
    /** Which bytes changed, what they were, and what they are now. */
    RANGES_WITH_BEFORE
}
