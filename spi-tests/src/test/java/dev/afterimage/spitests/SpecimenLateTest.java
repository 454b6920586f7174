package dev.afterimage.spitests;

import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.RuleCheck;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.LateRollbackScenario;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RestartScenario;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.SpecimenLate;

@DisplayName("The late specimen without vices, which rolls back after opening,")
public class SpecimenLateTest {
    private final Campaign campaign = new Campaign(new StoreUnderTest(new SpecimenLate(), Map.of(), 4096, 16), Effort.QUICK.with(2_000, 2));

    /** For JUnit. */
    public SpecimenLateTest() {
    }

    @Test
    @DisplayName("passes the scenarios of late rollback, crashed at each sync")
    public void lateRollback() {
        campaign.directed(LateRollbackScenario.values());
        campaign.check(RuleCheck.LATE_ROLLBACK_AS_DECLARED, RuleCheck.SNAPSHOTS_AS_DECLARED);
    }

    @Test
    @DisplayName("passes them with the late rollback itself crashed, and again")
    public void nested() {
        campaign.restarts(LateRollbackScenario.COMMITS_BESIDE_ROLLBACK, LateRollbackScenario.CUT_SHORT, RestartScenario.SEVERAL_LOSERS);
    }

    @Test
    @DisplayName("passes what every strategy passes about unfinished work")
    public void unfinished() {
        campaign.directed(DirectedScenario.CHECKPOINT_AMID_WORK, DirectedScenario.ROLLBACK_AFTER_CHECKPOINT, DirectedScenario.SAVEPOINT_THEN_COMMIT);
        campaign.directed(RestartScenario.values());
        campaign.random(Mix.ABORTS, 20);
    }
}
