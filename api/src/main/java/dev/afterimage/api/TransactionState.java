package dev.afterimage.api;

/**
 * Where a transaction stands.
 *
 * <pre>
 *            commit: order fixed            level reached
 *   ACTIVE ──────────────────────► PARTIALLY_COMMITTED ──────────► COMMITTED ──► DONE
 *      │                                    │
 *      │ rollback, close, an error          │ a sync failed
 *      ▼                                    ▼
 *   ABORTED ──► DONE                     UNKNOWN
 * </pre>
 */
public enum TransactionState {
    /** Reads and writes; holds its page locks. */
    ACTIVE,
    /** Its place in the commit order is fixed and its locks are free; it waits for its durability level. */
    PARTIALLY_COMMITTED,
    /** Its durability level is reached. */
    COMMITTED,
    /** It is being undone. */
    ABORTED,
    /** Over; nothing may be called on it any more but {@code state} and {@code close}. */
    DONE,
    /** A sync failed while it waited: after reopening it is there whole, or not at all. */
    UNKNOWN
}
