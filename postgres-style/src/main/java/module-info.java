/** Strategy: redo log and full-page images, no undo pass (no steal, no force at page level). */
module dev.afterimage.postgresstyle {
    requires dev.afterimage.api;
    requires dev.afterimage.memory;
    requires dev.afterimage.wal;
    requires dev.afterimage.buffer;
}
