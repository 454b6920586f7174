package dev.afterimage.api;

/** Where a store stands. */
public enum StoreState {
    /** Serves transactions. */
    OPEN,
    /** A sync failed or the device broke: every call says so; close and reopen to recover. */
    FAILED,
    /** Closed. */
    CLOSED
}
