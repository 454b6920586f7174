import dev.afterimage.shadowpaging.ShadowPagingProvider;
import dev.afterimage.spi.RecoveryStrategyProvider;

/** Strategy: copy on write and an atomic root flip (no steal, force; no log). */
module dev.afterimage.shadowpaging {
    requires dev.afterimage.api;
    requires dev.afterimage.memory;
    requires dev.afterimage.buffer;

    provides RecoveryStrategyProvider with ShadowPagingProvider;
}
