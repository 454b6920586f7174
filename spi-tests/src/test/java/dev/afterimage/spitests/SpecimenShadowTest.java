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
}
