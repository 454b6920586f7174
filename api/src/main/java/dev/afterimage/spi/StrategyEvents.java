package dev.afterimage.spi;

import dev.afterimage.api.RecoveryProgress;

/** Where a strategy tells the engine what happens inside it; safe for many threads. */
public interface StrategyEvents {
    /** Recovery has come this far; call it often enough for a progress bar, rarely enough not to matter. */
    void recoveryProgress(RecoveryProgress progress);

    /** The strategy can no longer keep its promises: the engine refuses all further work. The first cause counts. */
    void failed(Throwable cause);
}
