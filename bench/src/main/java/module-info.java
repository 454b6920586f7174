/** JMH and side-by-side benchmarks; no part of what a user needs. */
module dev.afterimage.bench {
    requires dev.afterimage.api;
    requires dev.afterimage.cli; // whose command bench it answers
    requires dev.afterimage.buffer; // to measure the pool by itself
    requires dev.afterimage.memory; // whose bytes its pages are
    requires dev.afterimage.wal; // to measure the log by itself
    requires jdk.jfr; // to say where the time goes
    requires jdk.management; // and how much processor time
    requires jdk.unsupported; // the option of FileChannel to pass the operating system's cache
    requires jmh.core;
    requires HdrHistogram;

    uses dev.afterimage.spi.RecoveryStrategyProvider; // what options each has
    uses dev.afterimage.spi.storage.DiskProvider;

    provides dev.afterimage.cli.benchmark.Harness with dev.afterimage.bench.SideBySide;

    opens dev.afterimage.bench to org.junit.platform.commons; // the tests live beside it, and with the command JUnit is a named module

    exports dev.afterimage.bench to jmh.core; // it calls the benchmarks
    exports dev.afterimage.bench.jmh_generated to jmh.core; // and makes what it generated for them
}
