package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskFullException;
import org.jspecify.annotations.Nullable;

/** Whether a log has failed, and why: set once, by the first access that fails, and never cleared (rule F1). Safe for many threads. */
public final class LogFailure {
    private final StrategyEvents events;
    private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

    /**
     * Nothing has failed yet.
     *
     * @param events told once, by the first failure
     */
    public LogFailure(StrategyEvents events) {
        this.events = events;
    }

    /** Whether the log has failed. */
    public boolean isSet() {
        return first.get() != null;
    }

    /**
     * Does nothing while all is well.
     *
     * @throws StoreFailedException if the log has failed
     */
    public void check() {
        if (isSet()) {
            throw exception();
        }
    }

    /**
     * Does it, or fails the log.
     *
     * @throws StoreFailedException if it throws anything
     */
    public void orFail(Runnable access) {
        try {
            access.run();
        } catch (Throwable cause) { // an Error too: whatever it was, it is not known what was written
            throw fail(cause);
        }
    }

    /** Does it, or fails the log; but a full disk passes through, for what finds that out before anything is written. */
    public <T> T orFailUnlessFull(Supplier<T> access) {
        try {
            return access.get();
        } catch (DiskFullException full) {
            throw full;
        } catch (Throwable cause) {
            throw fail(cause);
        }
    }

    private StoreFailedException fail(Throwable cause) {
        if (first.compareAndSet(null, cause)) {
            events.failed(cause);
        }
        return exception();
    }

    private StoreFailedException exception() {
        Throwable cause = first.get();
        return new StoreFailedException("the log has failed, and what of it is durable is not known; open the store again, which recovers it: " + cause, cause);
    }
}
