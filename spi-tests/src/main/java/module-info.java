/** The conformance kit: rules, simulated disk, reference model, crash enumeration; kit code is main code. */
module dev.afterimage.spitests {
    requires transitive dev.afterimage.api;
    requires transitive org.junit.jupiter.api;
    requires static java.compiler; // only where faults are seeded, which takes a JDK
    requires static org.junit.platform.testkit; // for the kit's own tests, which run its conformance class as a plug-in's author would; nothing here calls it
    requires static org.junit.platform.launcher; // puts all of JUnit on the module path when the kit's own tests run; nothing here calls it

    exports dev.afterimage.spitests;
    exports dev.afterimage.spitests.disk;
    exports dev.afterimage.spitests.faults;
    exports dev.afterimage.spitests.monitor;
    exports dev.afterimage.spitests.schedule; // what a strategy's twin is linked to, which belongs to no named module
    exports dev.afterimage.spitests.simulation;
    exports dev.afterimage.spitests.workbench;

    // The kit's own tests live beside what they test and are not public: JUnit makes them by reflection.
    opens dev.afterimage.spitests to org.junit.platform.commons;
    opens dev.afterimage.spitests.check to org.junit.platform.commons;
    opens dev.afterimage.spitests.containment to org.junit.platform.commons;
    opens dev.afterimage.spitests.disk to org.junit.platform.commons;
    opens dev.afterimage.spitests.history to org.junit.platform.commons;
    opens dev.afterimage.spitests.model to org.junit.platform.commons;
    opens dev.afterimage.spitests.play to org.junit.platform.commons;
    opens dev.afterimage.spitests.schedule to org.junit.platform.commons;
    opens dev.afterimage.spitests.simulation to org.junit.platform.commons;
    opens dev.afterimage.spitests.watch to org.junit.platform.commons;

    uses dev.afterimage.spi.StoreEngine;
    uses dev.afterimage.spi.RecoveryStrategyProvider;
    uses dev.afterimage.spi.storage.DiskProvider;
}
