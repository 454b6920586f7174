package dev.afterimage.aries;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;

@DisplayName("undo-redo-aries keeps the rules with a doublewrite buffer")
class DoublewriteConformanceTest extends RecoveryStrategyConformance {
    @Override
    protected RecoveryStrategyProvider strategy() {
        return new AriesProvider();
    }

    @Override
    protected Map<String, String> smallOptions() {
        Map<String, String> options = super.smallOptions();
        options.put("torn-page-protection", "doublewrite");
        return options;
    }

    /** What does not touch pages at home is looked at with the other guard. */
    @Override
    protected int crashStates() {
        return 4_000;
    }
}
