/**
 * Strategy: redo log + undo pages in rollback segments + doublewrite (steal, no force).
 *
 * <p>Exports nothing: {@link java.util.ServiceLoader} is the only door.
 */
module dev.afterimage.innodbstyle {
    requires dev.afterimage.api;
    requires dev.afterimage.memory;
    requires dev.afterimage.wal;
    requires dev.afterimage.buffer;
}
