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

/** The log specimen, with checkpoints that write home what is not committed, and a recovery that undoes it. For the mistakes that only those who undo can make. */
public final class SpecimenUndo implements RecoveryStrategyProvider {
    private final Set<Vice> vices;

    /** One with these vices; with none it is correct. */
    public SpecimenUndo(Vice... vices) {
        this.vices = EnumSet.noneOf(Vice.class);
        this.vices.addAll(List.of(vices));
    }

    @Override
    public String name() {
        return "specimen-undo";
    }

    @Override
    public String description() {
        return "Redo log of differences, pages in place, doublewrite, before-images of what is stolen; all in memory.";
    }

    @Override
    public StrategyTraits traits() {
        return new StrategyTraits(true, false, true, true, TornPageProtection.DOUBLEWRITE, ChangeDetail.NONE, LogPage.HEADER);
    }

    @Override
    public List<StrategyOption<?>> options() {
        return List.of();
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        context.requirePowerSafeOverwrite(name());
        return new LogStrategy(context, vices, new LogUndo(context.disk(), context.pageSize()));
    }
}
