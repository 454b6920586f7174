package dev.afterimage.examples.rollbackjournal;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.RecoveryStrategyConformance;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The rollback journal, by the conformance kit")
class RollbackJournalConformanceTest extends RecoveryStrategyConformance {
    @Override
    protected RecoveryStrategyProvider strategy() {
        return new RollbackJournalProvider();
    }
}
