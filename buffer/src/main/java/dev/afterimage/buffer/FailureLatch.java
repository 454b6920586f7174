package dev.afterimage.buffer;

import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyEvents;

/**
 * Remembers the first failure after which the strategy can no longer keep its promises, and tells the engine (rule F1). It also stands between the log and the engine, so
 * that a failure of the log is the strategy's failure.
 */
public final class FailureLatch implements StrategyEvents {
    private final StrategyEvents engine;
    private final AtomicReference<Throwable> first = new AtomicReference<>();

    /**
     * Stands between the log and the engine.
     *
     * @param engine who is told of the first failure
     */
    public FailureLatch(StrategyEvents engine) {
        this.engine = engine;
    }

    @Override
    public void recoveryProgress(RecoveryProgress progress) {
        engine.recoveryProgress(progress);
    }

    @Override
    public void failed(Throwable cause) {
        if (first.compareAndSet(null, cause)) {
            engine.failed(cause);
        }
    }

    /** Notes a failure and returns what to throw. */
    public StoreFailedException fail(String what, Throwable cause) {
        failed(cause);
        return new StoreFailedException(what + "; the store serves nobody until it is opened again", cause);
    }

    /**
     * Does what must not fail: unless it is past help already, the strategy has failed when this throws.
     *
     * @param what for the message: "syncing the home pages", "writing the control file"
     * @throws StoreFailedException after an earlier failure, in which case nothing is done, or for this one
     */
    public void orFail(String what, Runnable work) {
        check();
        try {
            work.run();
        } catch (RuntimeException cause) {
            throw fail(what + " failed", cause);
        }
    }

    /** Whether there was a failure. */
    public boolean hasFailed() {
        return first.get() != null;
    }

    /**
     * Does nothing while all is well.
     *
     * @throws StoreFailedException after a failure
     */
    public void check() {
        Throwable cause = first.get();
        if (cause != null) {
            throw new StoreFailedException("the store failed earlier (" + cause.getMessage() + "); open it again to recover", cause);
        }
    }
}
