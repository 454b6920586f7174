package dev.afterimage.examples.rollbackjournal;

import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Whether this store can still keep its promises (rule F1). Once it cannot, every call says so until the store is opened again; the first cause is the one that counts. Safe for many threads.
 */
final class StoreFailure {
    private final StrategyEvents events;
    private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

    StoreFailure(StrategyEvents events) {
        this.events = events;
    }

    /** Throws if the store has failed. */
    void check() {
        Throwable cause = first.get();
        if (cause != null) {
            throw new StoreFailedException("the store failed and must be opened again: " + cause.getMessage(), cause);
        }
    }

    boolean happened() {
        return first.get() != null;
    }

    /** From now on the store has failed; the answer is what to throw. */
    StoreFailedException fail(Throwable cause) {
        if (cause instanceof StoreFailedException already && happened()) {
            return already;
        }
        if (first.compareAndSet(null, cause)) {
            events.failed(cause);
        }
        return new StoreFailedException("the store failed and must be opened again: " + cause.getMessage(), cause);
    }

    /** Makes a file's bytes durable. If that fails nobody knows what the disk holds, and no second attempt would tell: the store has failed. */
    void sync(DiskFile file) {
        sync(file::syncData);
    }

    /** The same, and its length, also where it was cut. */
    void syncWithLength(DiskFile file) {
        sync(file::sync);
    }

    private void sync(Runnable bytes) {
        check();
        try {
            bytes.run();
        } catch (DiskException e) {
            throw fail(e);
        }
    }
}
