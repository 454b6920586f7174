package dev.afterimage.engine;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicReference;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.StoreClosedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreState;
import dev.afterimage.spi.StrategyEvents;
import org.jspecify.annotations.Nullable;

/**
 * Whether a store still serves: open, failed, or closed; and where a strategy reports what happens inside it.
 *
 * <p>The first failure counts and stays (rule F1). Safe for many threads; {@link #check()} is one volatile read while all is well.
 */
final class StoreHealth implements StrategyEvents {
    private static final System.Logger LOG = System.getLogger("dev.afterimage.engine");

    private final String place;
    private final StoreListener listener;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean serving = true;
    private volatile boolean closing;
    private volatile @Nullable Runnable stopWaiting;

    StoreHealth(String place, StoreListener listener) {
        this.place = place;
        this.listener = listener;
    }

    /** Says what wakes those who wait for page locks, once the store stops serving. */
    void onStop(Runnable action) {
        stopWaiting = action;
        if (!serving) {
            action.run();
        }
    }

    /**
     * Returns while the store serves.
     *
     * @throws StoreClosedException if it is closed, or being closed
     * @throws StoreFailedException if it has failed
     */
    void check() {
        if (!serving) {
            throw refusal();
        }
    }

    /** What to throw at those who call a store that no longer serves. */
    RuntimeException refusal() {
        assert !serving;
        return closing ? new StoreClosedException("the store in " + place + " is closed; open it again") : failedStore();
    }

    /** What to throw at those who call a failed store: the first cause beneath it. */
    StoreFailedException failedStore() {
        Throwable first = failure.get();
        assert first != null;
        return new StoreFailedException("the store in " + place + " has failed (" + first.getMessage() + "); close it and open it again to recover",
                first);
    }

    boolean serves() {
        return serving;
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    @Nullable Throwable failure() {
        return failure.get();
    }

    /** Stops serving because the store is being closed. */
    void close() {
        closing = true;
        stopServing();
    }

    StoreState state() {
        if (closing) {
            return StoreState.CLOSED;
        }
        return serving ? StoreState.OPEN : StoreState.FAILED;
    }

    @Override
    public void failed(Throwable cause) {
        if (!failure.compareAndSet(null, cause)) {
            return;
        }
        LOG.log(Level.DEBUG, () -> "the store in " + place + " has failed", cause);
        stopServing();
        tell(() -> listener.failed(cause));
    }

    @Override
    public void recoveryProgress(RecoveryProgress progress) {
        tell(() -> listener.recoveryProgress(progress));
    }

    /** Tells the listener something; what it throws is logged and goes no further. */
    void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the listener of the store in " + place + " threw; expected a listener that throws nothing", e);
        }
    }

    StoreListener listener() {
        return listener;
    }

    private void stopServing() {
        serving = false;
        Runnable action = stopWaiting;
        if (action != null) {
            action.run();
        }
    }
}
