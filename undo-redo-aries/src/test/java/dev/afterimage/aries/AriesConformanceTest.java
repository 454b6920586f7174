package dev.afterimage.aries;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;

@DisplayName("undo-redo-aries keeps the rules")
class AriesConformanceTest extends RecoveryStrategyConformance {
    @Override
    protected RecoveryStrategyProvider strategy() {
        return new AriesProvider();
    }
}
