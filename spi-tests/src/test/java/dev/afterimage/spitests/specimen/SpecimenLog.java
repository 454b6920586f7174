package dev.afterimage.spitests.specimen;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;

/** A small, correct strategy to test the kit with: a redo log of differences, pages in place, doublewrite. It can be told to make mistakes. */
public final class SpecimenLog implements RecoveryStrategyProvider {
    private final Set<Vice> vices;

    /** One with these vices; with none it is correct. */
    public SpecimenLog(Vice... vices) {
        this.vices = EnumSet.noneOf(Vice.class);
        this.vices.addAll(List.of(vices));
    }

    @Override
    public String name() {
        return "specimen-log";
    }

    @Override
    public String description() {
        return "Redo log of differences, pages in place, doublewrite; all in memory.";
    }

    @Override
    public StrategyTraits traits() {
        return new StrategyTraits(false, false, true, false, TornPageProtection.DOUBLEWRITE, ChangeDetail.NONE, LogPage.HEADER);
    }

    @Override
    public List<StrategyOption<?>> options() {
        return List.of();
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        context.requirePowerSafeOverwrite(name());
        return new LogStrategy(context, vices, null);
    }
}
