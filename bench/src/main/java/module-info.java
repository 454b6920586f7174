/** JMH and side-by-side benchmarks; no part of what a user needs. */
module dev.afterimage.bench {
    requires dev.afterimage.api;
    requires dev.afterimage.wal; // to measure the log by itself
    requires jdk.jfr; // to say where the time goes
    requires jdk.management; // and how much processor time
    requires jmh.core;


    uses dev.afterimage.spi.storage.DiskProvider;

    exports dev.afterimage.bench to jmh.core; // it calls the benchmarks
    exports dev.afterimage.bench.jmh_generated to jmh.core; // and makes what it generated for them
}
