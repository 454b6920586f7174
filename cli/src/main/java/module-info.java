/** The {@code afterimage} command. */
module dev.afterimage.cli {
    requires dev.afterimage.api;
    requires dev.afterimage.spitests;
    requires java.xml;
    requires info.picocli;
    requires com.google.gson;
    requires de.siegmar.fastcsv;
    requires HdrHistogram;
    requires org.junit.platform.launcher;

    uses dev.afterimage.spi.RecoveryStrategyProvider;
    uses dev.afterimage.spi.StoreEngine;

    opens dev.afterimage.cli to info.picocli, // it fills the fields of the commands
            com.google.gson, // it reads the records that --json writes
            org.junit.platform.commons; // the command's own tests live beside it, and here JUnit is a named module
    opens dev.afterimage.cli.comparison to com.google.gson; // it reads the records that --json writes
}
