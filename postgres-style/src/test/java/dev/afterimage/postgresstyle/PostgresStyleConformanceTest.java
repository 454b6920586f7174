package dev.afterimage.postgresstyle;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;

@DisplayName("postgres-style keeps the rules")
class PostgresStyleConformanceTest extends RecoveryStrategyConformance {
    @Override
    protected RecoveryStrategyProvider strategy() {
        return new PostgresStyleProvider();
    }
}
