package dev.afterimage.spitests.watch;

import static dev.afterimage.spitests.play.DirectedScenario.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.monitor.Monitor;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.RestartScenario;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.SpecimenLate;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.SpecimenShadow;
import dev.afterimage.spitests.specimen.SpecimenUndo;
import dev.afterimage.spitests.specimen.Vice;

@DisplayName("A monitor names the call that breaks the protocol")
public class MonitorsNameTheGuiltyCallTest {
    private record Case(Vice vice, RecoveryStrategyProvider specimen, Monitor monitor, String call, String frame, Scenario... scenarios) {
    }

    private static final List<Case> CASES = List.of(
            new Case(Vice.W4_ANSWERS_BEFORE_SYNC, new SpecimenLog(Vice.W4_ANSWERS_BEFORE_SYNC), Monitor.ANSWER_AFTER_DURABLE, "to 'specimen.log-", "LogStrategy.append", FIRST_COMMIT),
            new Case(Vice.W1_PAGES_BEFORE_LOG, new SpecimenLog(Vice.W1_PAGES_BEFORE_LOG), Monitor.LOG_BEFORE_DATA, "to 'specimen.pages'", "LogStrategy.lambda$checkpoint", CHECKPOINT_AFTER_RELAXED),
            new Case(Vice.C3_LOG_REUSED_TOO_EARLY, new SpecimenLog(Vice.C3_LOG_REUSED_TOO_EARLY), Monitor.CHECKPOINT_BEFORE_RECYCLING, "to 'specimen.", "LogStrategy", RECYCLED_LOG),
            new Case(Vice.C1_POINTER_BEFORE_PAGES, new SpecimenLog(Vice.C1_POINTER_BEFORE_PAGES), Monitor.LAST_COPY, "to 'specimen.", "LogStrategy", COLD_PAGES),
            new Case(Vice.S1_ROOT_BEFORE_PAGES, new SpecimenShadow(Vice.S1_ROOT_BEFORE_PAGES), Monitor.VALUES_BEFORE_COMMIT_POINT, "to 'specimen.roots'", "ShadowRoot", TWO_PAGES),
            new Case(Vice.S6_REUSES_SLOTS_TOO_EARLY, new SpecimenShadow(Vice.S6_REUSES_SLOTS_TOO_EARLY), Monitor.LAST_COPY, "to 'specimen.slots'", "ShadowStrategy", TWO_PAGES),
            new Case(Vice.A1_STEALS_WITHOUT_UNDO, new SpecimenLog(Vice.A1_STEALS_WITHOUT_UNDO), Monitor.NOTHING_STOLEN, "to 'specimen.pages'", "LogStrategy", CHECKPOINT_AMID_WORK));

    /** For JUnit. */
    public MonitorsNameTheGuiltyCallTest() {
    }

    private static Campaign campaign(RecoveryStrategyProvider specimen) {
        return new Campaign(new StoreUnderTest(specimen, Map.of(), 4096, 16), Effort.QUICK);
    }

    @TestFactory
    @DisplayName("of each vice that shows in the protocol")
    public Stream<DynamicTest> eachIsNamed() {
        return CASES.stream().map(each -> DynamicTest.dynamicTest(each.vice + ": " + each.monitor, () -> {
            Violation violation = assertThrows(Violation.class, () -> campaign(each.specimen).with(EnumSet.of(each.monitor)).watched(each.scenarios));
            String message = violation.getMessage();
            assertTrue(message.startsWith("replay: kit1:"), message);
            assertEquals(each.monitor.rule(), violation.rule());
            assertTrue(message.contains("monitor " + each.monitor + ":"), message);
            assertTrue(message.contains(each.call), message);
            assertTrue(message.contains(each.frame), message);
        }));
    }

    @TestFactory
    @DisplayName("and names none where there is no vice")
    public Stream<DynamicTest> noFalseAlarm() {
        return Stream.of(new SpecimenLog(), new SpecimenUndo(), new SpecimenLate(), new SpecimenShadow()).map(specimen -> DynamicTest.dynamicTest(specimen.name(), () -> {
            Campaign campaign = campaign(specimen);
            campaign.watched(DirectedScenario.values());
            campaign.watched(RestartScenario.values());
            campaign.watched(RandomWorkload.of(Mix.MIXED, 1, 6));
            campaign.watched(RandomWorkload.of(Mix.CHECKPOINTS, 1, 6));
            assertTrue(campaign.tally().marks().calls() > 1_000, () -> "watched hardly anything: " + campaign.tally().marks());
        }));
    }
}
