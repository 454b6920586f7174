/**
 * Strategy: ARIES (steal, no force; before- and after-images in the log, CLRs, three passes).
 *
 * <p>Exports nothing: {@link java.util.ServiceLoader} is the only door.
 *
 * @provides dev.afterimage.spi.RecoveryStrategyProvider the strategy "undo-redo-aries"
 */
module dev.afterimage.aries {
    requires dev.afterimage.api;
    requires dev.afterimage.memory;
    requires dev.afterimage.wal;
    requires dev.afterimage.buffer;

    provides dev.afterimage.spi.RecoveryStrategyProvider with dev.afterimage.aries.AriesProvider;
}
