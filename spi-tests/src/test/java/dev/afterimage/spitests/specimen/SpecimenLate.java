package dev.afterimage.spitests.specimen;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;

/** A small strategy that changes pages in place and rolls back after opening, to test rule A11 with. It can be told to make mistakes. Its log is never cut, so it is no candidate for the rules about space. */
public final class SpecimenLate implements RecoveryStrategyProvider {
    private final Set<Vice> vices;

    /** One with these vices; with none it is correct. */
    public SpecimenLate(Vice... vices) {
        this.vices = EnumSet.noneOf(Vice.class);
        this.vices.addAll(List.of(vices));
    }

    @Override
    public String name() {
        return "specimen-late";
    }

    @Override
    public String description() {
        return "Pages in memory, a log of whole pages before and after, rollback after opening.";
    }

    @Override
    public StrategyTraits traits() {
        return new StrategyTraits(true, false, true, true, TornPageProtection.COPY_ON_WRITE, ChangeDetail.NONE, 0).with(OptionalTrait.ROLLBACK_AFTER_OPENING);
    }

    @Override
    public List<StrategyOption<?>> options() {
        return List.of();
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        context.requirePowerSafeOverwrite(name());
        return new LateStrategy(context, vices);
    }
}
