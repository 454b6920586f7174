/** The conformance kit: rules, simulated disk, reference model, crash enumeration; kit code is main code. */
module dev.afterimage.spitests {
    requires transitive dev.afterimage.api;
    requires transitive org.junit.jupiter.api;

    exports dev.afterimage.spitests;
    exports dev.afterimage.spitests.disk;
    exports dev.afterimage.spitests.simulation;

    uses dev.afterimage.spi.StoreEngine;
    uses dev.afterimage.spi.RecoveryStrategyProvider;
}
