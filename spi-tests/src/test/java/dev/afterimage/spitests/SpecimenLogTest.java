package dev.afterimage.spitests;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.specimen.SpecimenLog;

@DisplayName("The log specimen without vices passes the whole kit")
public class SpecimenLogTest extends RecoveryStrategyConformance {
    /** For JUnit. */
    public SpecimenLogTest() {
    }

    @Override
    protected RecoveryStrategyProvider strategy() {
        return new SpecimenLog();
    }

    /** Fewer than a real strategy's: what is tested here is the kit. */
    @Override
    protected int crashStates() {
        return 3_000;
    }
}
