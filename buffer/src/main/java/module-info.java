/** Pages in memory: frames, eviction, the write barrier, torn-page guards. */
module dev.afterimage.buffer {
    requires transitive dev.afterimage.api;
    requires transitive dev.afterimage.memory;

    exports dev.afterimage.buffer;
}
