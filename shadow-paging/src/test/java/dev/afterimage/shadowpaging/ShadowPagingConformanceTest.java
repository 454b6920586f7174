package dev.afterimage.shadowpaging;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Shadow paging, by the conformance kit")
class ShadowPagingConformanceTest extends RecoveryStrategyConformance {
    @Override
    protected RecoveryStrategyProvider strategy() {
        return new ShadowPagingProvider();
    }
}
