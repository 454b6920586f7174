/** Off-heap bytes: the only module that knows Chronicle Bytes. */
module dev.afterimage.memory {
    requires transitive dev.afterimage.api;
    requires chronicle.bytes;
    requires chronicle.core;
    requires org.slf4j; // Chronicle logs through it but, being an automatic module, cannot say so
    requires jdk.unsupported; // Chronicle's memory access

    exports dev.afterimage.memory;
}
