package dev.afterimage.spitests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spitests.check.Campaign;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.check.RuleCheck;
import dev.afterimage.spitests.play.NamedBugScenario;
import dev.afterimage.spitests.play.Scenarios;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.SpecimenLog;

@DisplayName("The named bugs of real systems")
public class NamedBugsTest {
    private static final Path PAGE = Path.of("..", "docs", "help", "named-bugs.md");
    private static final Path CONFORMANCE = Path.of("src", "main", "java", "dev", "afterimage", "spitests", "RecoveryStrategyConformance.java");

    /** For JUnit. */
    public NamedBugsTest() {
    }

    @Test
    @DisplayName("are each played in scenarios that there are, and that the conformance tests play; but for one that no strategy can help")
    public void eachIsPlayed() throws IOException {
        String tests = Files.readString(CONFORMANCE);
        for (NamedBug bug : NamedBug.values()) {
            assertTrue(bug == NamedBug.FS_LOSES_SIZE || !bug.playedIn().isEmpty(), bug.title());
            for (String title : bug.playedIn()) {
                String constant = title.replaceFirst("^(check|bug)-", "").toUpperCase(Locale.ROOT).replace('-', '_');
                if (title.startsWith("check-")) {
                    assertNotNull(RuleCheck.named(title), title);
                } else {
                    assertEquals(title.replace("-N", "-1"), Scenarios.named(title.replace("-N", "-1")).title());
                }
                boolean played = title.startsWith("bug-") ? tests.contains("NamedBugScenario.values()")
                        : title.startsWith("failed-sync") ? tests.contains("failedSyncs()")
                        : tests.contains("." + constant) || tests.contains("RestartScenario.values()") && isRestart(title);
                assertTrue(played, () -> "no conformance test plays " + title);
            }
        }
    }

    private static boolean isRestart(String title) {
        return Scenarios.named(title).getClass().getName().contains("RestartScenario");
    }

    @Test
    @DisplayName("have each scenario of their own named by one of them")
    public void eachScenarioIsNamed() {
        EnumSet<NamedBugScenario> unnamed = EnumSet.allOf(NamedBugScenario.class);
        for (NamedBug bug : NamedBug.values()) {
            unnamed.removeIf(scenario -> bug.playedIn().contains(scenario.title()));
        }
        assertTrue(unnamed.isEmpty(), unnamed::toString);
    }

    @Test
    @DisplayName("harm no store without a vice")
    public void aCorrectSpecimenSurvivesThem() {
        Campaign campaign = new Campaign(new StoreUnderTest(new SpecimenLog(), Map.of(), 4096, 16), Effort.QUICK.with(120, 2));
        campaign.directed(NamedBugScenario.values());
    }

    @Test
    @DisplayName("are told on a page of their own")
    public void thePageIsUpToDate() throws IOException {
        if ("write".equals(System.getProperty("afterimage.named-bugs"))) {
            Files.writeString(PAGE, NamedBug.page());
        }
        assertEquals(NamedBug.page(), Files.readString(PAGE), "write it with -Dafterimage.named-bugs=write");
    }
}
