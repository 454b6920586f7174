/** The write-ahead log: records, segments, group commit, reading back. */
module dev.afterimage.wal {
    requires transitive dev.afterimage.api;

    exports dev.afterimage.wal;
}
