/**
 * Strategy: redo log + undo pages in rollback segments + doublewrite (steal, no force).
 *
 * <p>Exports nothing: {@link java.util.ServiceLoader} is the only door.
 *
 * @provides dev.afterimage.spi.RecoveryStrategyProvider the strategy "innodb-style"
 */
module dev.afterimage.innodbstyle {
    requires dev.afterimage.api;
    requires dev.afterimage.memory;
    requires dev.afterimage.wal;
    requires dev.afterimage.buffer;

    provides dev.afterimage.spi.RecoveryStrategyProvider with dev.afterimage.innodbstyle.InnodbProvider;
}
