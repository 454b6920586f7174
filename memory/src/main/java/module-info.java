/** Off-heap bytes: the only module that knows Chronicle Bytes. */
module dev.afterimage.memory {
    requires transitive dev.afterimage.api;
    requires chronicle.bytes;
    requires chronicle.core;
    requires org.slf4j; // Chronicle logs through it but, being an automatic module, cannot say so
    requires java.logging; // likewise; and one of its loggers is kept quiet
    requires java.management; // Chronicle looks at the process it runs in
    requires java.naming; // and borrows an exception from here
    requires jdk.unsupported; // Chronicle's memory access

    uses org.slf4j.spi.SLF4JServiceProvider; // to see whether one is there: only where none is, slf4j is asked not to mention it

    exports dev.afterimage.memory;
}
