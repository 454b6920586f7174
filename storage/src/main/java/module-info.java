/**
 * Disks: files, memory.
 *
 * <p>Exports nothing: {@link java.util.ServiceLoader} is the only door, so a disk of ours and a disk of yours enter alike.
 *
 * @provides dev.afterimage.spi.storage.DiskProvider the schemes {@code file} and {@code memory}
 */
module dev.afterimage.storage {
    requires dev.afterimage.api;

    provides dev.afterimage.spi.storage.DiskProvider with
            dev.afterimage.storage.FileDiskProvider,
            dev.afterimage.storage.MemoryDiskProvider;
}
