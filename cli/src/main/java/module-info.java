/** The {@code afterimage} command. */
module dev.afterimage.cli {
    requires transitive dev.afterimage.api; // a plan of the benchmarks names durability levels
    requires dev.afterimage.spitests;
    requires java.xml;
    requires info.picocli;
    requires com.google.gson;
    requires de.siegmar.fastcsv;
    requires HdrHistogram;
    requires org.junit.platform.launcher;

    uses dev.afterimage.cli.benchmark.Harness;
    uses dev.afterimage.spi.RecoveryStrategyProvider;
    uses dev.afterimage.spi.StoreEngine;

    exports dev.afterimage.cli.benchmark; // to the harness of the command bench, which lives with what it needs in a module that no other command does

    opens dev.afterimage.cli to info.picocli, // it fills the fields of the commands
            com.google.gson, // it reads the records that --json writes
            org.junit.platform.commons; // the command's own tests live beside it, and here JUnit is a named module
    opens dev.afterimage.cli.benchmark to com.google.gson; // it reads the records that --json writes
    opens dev.afterimage.cli.comparison to com.google.gson; // it reads the records that --json writes
}
