/** Disks: files, memory. */
module dev.afterimage.storage {
    requires dev.afterimage.api;
}
