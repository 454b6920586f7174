package dev.afterimage.spitests;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.specimen.SpecimenShadow;

@DisplayName("The shadow specimen without vices passes the whole kit")
public class SpecimenShadowTest extends RecoveryStrategyConformance {
    /** For JUnit. */
    public SpecimenShadowTest() {
    }

    @Override
    protected RecoveryStrategyProvider strategy() {
        return new SpecimenShadow();
    }

    /** Fewer than a real strategy's: what is tested here is the kit. */
    @Override
    protected int crashStates() {
        return 3_000;
    }
}
