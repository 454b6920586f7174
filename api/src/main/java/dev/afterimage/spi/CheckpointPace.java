package dev.afterimage.spi;

/** How fast a checkpoint should go. */
public enum CheckpointPace {
    /** Spread the writes over time, so that transactions do not feel it. */
    SPREAD,
    /** As fast as the disk allows. */
    IMMEDIATE
}
