package dev.afterimage.api;

/** Hears what a store does on its own; called on the store's threads, so be quick and throw nothing. */
public interface StoreListener {
    /** A listener that does nothing. */
    StoreListener NONE = new StoreListener() {
    };

    /** Recovery has come this far. */
    default void recoveryProgress(RecoveryProgress progress) {
    }

    /** Recovery is done. */
    default void recovered(RecoveryReport report) {
    }

    /** All that recovery had left to be rolled back behind the open store is rolled back, and its pages are free. Not called where recovery left nothing. */
    default void rolledBack(RollbackReport report) {
    }

    /** A checkpoint is done. */
    default void checkpointed(CheckpointReport report) {
    }

    /** The store has failed and serves nobody until it is opened again. */
    default void failed(Throwable cause) {
    }
}
