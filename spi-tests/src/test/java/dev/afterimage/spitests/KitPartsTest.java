package dev.afterimage.spitests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.ReplayLine;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.FailedSync;
import dev.afterimage.spitests.play.FullDisk;
import dev.afterimage.spitests.play.Interrupted;
import dev.afterimage.spitests.play.LargeTransaction;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomLives;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.ReaderDuringSync;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Scenarios;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.SpecimenLog;

@DisplayName("The parts of the kit")
public class KitPartsTest {
    /** For JUnit. */
    public KitPartsTest() {
    }

    @Test
    @DisplayName("A replay line is read as it was written, nested crashes included")
    public void replayLine() {
        for (String line : new String[] {"kit1:shadow-paging:strict:mixed-17:5:k3.d1/2:d4/0:k1", "kit1:x:strict:first-commit:0:-", "kit1:x:strict:full-disk-3"}) {
            assertEquals(line, ReplayLine.parse(line).toString());
        }
        assertEquals(3, ReplayLine.parse("kit1:x:strict:mixed-17:5:k3.d1/2:d4/0:k1").crashes().size());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ReplayLine.parse("kit2:x")).getMessage().contains("expected kit1:STRATEGY"));
    }

    @Test
    @DisplayName("Each scenario is found again by its title")
    public void titles() {
        for (DirectedScenario scenario : DirectedScenario.values()) {
            assertEquals(scenario, Scenarios.named(scenario.title()));
        }
        for (Mix mix : Mix.ALL) {
            assertEquals(mix.title() + "-7", Scenarios.named(new RandomWorkload(mix, 7).title()).title());
        }
        for (Scenario scenario : new Scenario[] {new FullDisk(12), new Interrupted(3), new LargeTransaction(320), new ReaderDuringSync(Durability.POWER_SAFE),
                new FailedSync(4, false, SyncFailure.CLEAN_OLD),
                new FailedSync(2, true, SyncFailure.CLEAN_NEW)}) {
            assertEquals(scenario, Scenarios.named(scenario.title()));
        }
        assertEquals(new RandomLives(7), Scenarios.named("lives-7"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Scenarios.named("none")).getMessage().contains("first-commit"));
    }

    @Test
    @DisplayName("Page content is decoded from bytes, and a stray byte is noticed")
    public void content() {
        PageContent content = PageContent.EMPTY.with(2, 5, PageContent.tag(9, 4));
        byte[] bytes = new byte[4072];
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int slot = 2; slot < 5; slot++) {
            view.putLong(PageContent.offset(slot, bytes.length), PageContent.tag(9, 4));
        }
        assertEquals(content, PageContent.decode(bytes.clone()));
        assertEquals("T9.4", PageContent.describe(content.tag(3)));
        bytes[PageContent.offset(3, bytes.length) + 8] = 1;
        assertNull(PageContent.decode(bytes));
    }

    @Test
    @DisplayName("A campaign that met nothing is told so")
    public void vacuous() {
        Campaign campaign = new Campaign(new StoreUnderTest(new SpecimenLog(), Map.of(), 4096, 16), Effort.QUICK);
        Violation violation = assertThrows(Violation.class, () -> campaign.tally().marks().demand(new SpecimenLog().traits()));
        assertTrue(violation.getMessage().contains("never met"), violation.getMessage());
    }
}
