package dev.afterimage.innodbstyle;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;

@DisplayName("innodb-style keeps the rules")
class InnodbConformanceTest extends RecoveryStrategyConformance {
    @Override
    protected RecoveryStrategyProvider strategy() {
        return new InnodbProvider();
    }
}
