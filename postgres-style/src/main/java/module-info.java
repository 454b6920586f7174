/**
 * Strategy: redo log and full-page images, no undo pass (no steal, no force at page level).
 *
 * <p>Exports nothing: {@link java.util.ServiceLoader} is the only door.
 *
 * @provides dev.afterimage.spi.RecoveryStrategyProvider the strategy "postgres-style"
 */
module dev.afterimage.postgresstyle {
    requires dev.afterimage.api;
    requires dev.afterimage.memory;
    requires dev.afterimage.wal;
    requires dev.afterimage.buffer;

    provides dev.afterimage.spi.RecoveryStrategyProvider with dev.afterimage.postgresstyle.PostgresStyleProvider;
}
