package dev.afterimage.innodbstyle;

import dev.afterimage.api.StoreDamagedException;

/**
 * What an undo segment is being used for. The codes are stored, so they never change.
 *
 * <pre>
 *            begin                      commit, small            begin
 *   CACHED ---------> ACTIVE ------------------------> CACHED ---------> ...
 *     ^                 |  \
 *     | rolled back     |   \ commit, large: it leaves its slot and joins the history
 *     +-----------------+    +------------------------> TO_PURGE ---purge---> its pages are free
 * </pre>
 *
 * <p>What the segment holds of finished transactions, CACHED or TO_PURGE, is of use to snapshots only. An ACTIVE one belongs to a transaction that recovery rolls back.
 */
enum UndoState {
    /** A transaction is writing to it (TRX_UNDO_ACTIVE). */
    ACTIVE(1),
    /** Its transaction has promised to commit or roll back as somebody else decides (TRX_UNDO_PREPARED). Nobody makes such promises yet; the code is kept free. */
    PREPARED(2),
    /** In its slot, ready for the next transaction (TRX_UNDO_CACHED). */
    CACHED(3),
    /** In the history: no transaction writes to it again (TRX_UNDO_TO_PURGE). */
    TO_PURGE(4);

    private final int code;

    UndoState(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /**
     * The state with that code.
     *
     * @throws StoreDamagedException if there is none
     */
    static UndoState of(int code, long page) {
        for (UndoState state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new StoreDamagedException("page " + page + " of file " + StoreFiles.UNDO + ": undo state " + code + " is unknown");
    }
}
