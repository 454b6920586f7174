package dev.afterimage.storage;

import dev.afterimage.spi.storage.SyncFailedException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What all handles of one file share. It follows the file through renames and outlives its handles, so that a file whose sync failed cannot be
 * made to look sound by closing and opening it again.
 */
final class FileState {
    /** Held to change the file's length: by extending writes, resizing and preallocation, so that the zeros of one never cover the bytes of another. */
    final ReentrantLock growing = new ReentrantLock();

    /** Held to sync. One sync at a time: a lost write is reported once, and a second sync at the same time would be told that all is well. */
    final ReentrantLock syncing = new ReentrantLock();

    /**
     * Never more than the file's length. Invariant: bytes below it are not touched by a change of length, except by cutting them off; so a write that ends
     * below it needs no lock. Written only while {@link #growing} is held.
     */
    volatile long certainLength;

    /** The first sync that failed. Written only while {@link #syncing} is held. */
    private @Nullable Throwable failedSync;

    FileState(long length) {
        certainLength = length;
    }

    /** A later sync that succeeds proves nothing: what the failed one lost may be marked clean by now (rule F1). */
    void refuseAfterFailure(String what) {
        assert syncing.isHeldByCurrentThread();
        if (failedSync != null) {
            throw new SyncFailedException("Cannot sync " + what + ": an earlier sync of it failed, and what that one lost no later sync can bring back. Close the store and open it again to recover",
                    failedSync);
        }
    }

    void syncFailed(Throwable cause) {
        assert syncing.isHeldByCurrentThread();
        failedSync = cause;
    }
}
