package dev.afterimage.spitests.check;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.specimen.SpecimenLate;
import dev.afterimage.spitests.specimen.SpecimenLog;
import dev.afterimage.spitests.specimen.SpecimenShadow;
import dev.afterimage.spitests.specimen.SpecimenUndo;

@DisplayName("A trait that is declared")
public class TraitsSeenTest {
    /** A strategy that says of itself what is not so. */
    private record Boaster(RecoveryStrategyProvider strategy, StrategyTraits traits) implements RecoveryStrategyProvider {
        @Override
        public String name() {
            return strategy.name();
        }

        @Override
        public String description() {
            return strategy.description();
        }

        @Override
        public List<StrategyOption<?>> options() {
            return strategy.options();
        }

        @Override
        public RecoveryStrategy open(StrategyContext context) {
            return strategy.open(context);
        }
    }

    private record Case(RecoveryStrategyProvider strategy, RuleCheck check, String claim, StrategyTraits traits) {
        static Case torn(RecoveryStrategyProvider strategy, TornPageProtection claimed) {
            StrategyTraits is = strategy.traits();
            return new Case(strategy, RuleCheck.TORN_PAGE_PROTECTION_AS_DECLARED, claimed.toString(),
                    new StrategyTraits(is.steal(), is.force(), is.redo(), is.undo(), claimed, is.changeDetail(), is.pageHeaderBytes(), is.optional()));
        }

        static Case steal(RecoveryStrategyProvider strategy, RuleCheck check, boolean steal, boolean undo) {
            StrategyTraits is = strategy.traits();
            return new Case(strategy, check, "steal " + steal + " undo " + undo,
                    new StrategyTraits(steal, is.force(), is.redo(), undo, is.tornPageProtection(), is.changeDetail(), is.pageHeaderBytes(), is.optional()));
        }

        static Case force(RecoveryStrategyProvider strategy, boolean force, boolean redo) {
            StrategyTraits is = strategy.traits();
            return new Case(strategy, RuleCheck.FORCE_AS_DECLARED, "force " + force + " redo " + redo,
                    new StrategyTraits(is.steal(), force, redo, is.undo(), is.tornPageProtection(), is.changeDetail(), is.pageHeaderBytes(), is.optional()));
        }
    }

    private static final List<Case> CLAIMS = List.of(
            Case.torn(new SpecimenLog(), TornPageProtection.FULL_PAGE_IMAGES),
            Case.torn(new SpecimenLog(), TornPageProtection.COPY_ON_WRITE),
            Case.torn(new SpecimenShadow(), TornPageProtection.FULL_PAGE_IMAGES),
            Case.torn(new SpecimenShadow(), TornPageProtection.DOUBLEWRITE),
            Case.torn(new SpecimenShadow(), TornPageProtection.ROLLBACK_JOURNAL),
            Case.steal(new SpecimenLog(), RuleCheck.STEAL_AS_DECLARED, true, true),
            Case.steal(new SpecimenLog(), RuleCheck.UNDO_AS_DECLARED, true, true),
            Case.steal(new SpecimenUndo(), RuleCheck.STEAL_AS_DECLARED, false, true),
            Case.force(new SpecimenLog(), true, true),
            Case.force(new SpecimenShadow(), false, true));

    /** For JUnit. */
    public TraitsSeenTest() {
    }

    private static void check(RecoveryStrategyProvider strategy, RuleCheck check) {
        check.run(new StoreUnderTest(strategy, Map.of(), 4096, 16), new Tally());
    }

    @TestFactory
    @DisplayName("and not there, is missed (rule P1)")
    public Stream<DynamicTest> claimsAreRefuted() {
        return CLAIMS.stream().map(claim -> DynamicTest.dynamicTest(claim.strategy.name() + " claims " + claim.claim, () -> {
            Violation violation = assertThrows(Violation.class, () -> check(new Boaster(claim.strategy, claim.traits), claim.check));
            assertEquals("P1", violation.rule(), violation.getMessage());
        }));
    }

    @TestFactory
    @DisplayName("and there, is seen")
    public Stream<DynamicTest> truthsAreSeen() {
        return Stream.of(new SpecimenLog(), new SpecimenShadow(), new SpecimenUndo(), new SpecimenLate()).map(strategy -> DynamicTest.dynamicTest(strategy.name(), () -> {
            assertDoesNotThrow(() -> check(strategy, RuleCheck.TORN_PAGE_PROTECTION_AS_DECLARED));
            assertDoesNotThrow(() -> check(strategy, RuleCheck.UNDO_AS_DECLARED));
            assertDoesNotThrow(() -> check(strategy, RuleCheck.PAGE_HEADER_AS_DECLARED));
        }));
    }
}
