/** The write-ahead log: records, segments, group commit, reading back. */
module dev.afterimage.wal {
    requires transitive dev.afterimage.api;
    requires dev.afterimage.memory;

    exports dev.afterimage.wal;
}
