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

/** A small, correct strategy to test the kit with: pages copied to fresh slots, a table, two roots in turn. It can be told to make mistakes. */
public final class SpecimenShadow implements RecoveryStrategyProvider {
    private final Set<Vice> vices;

    /** One with these vices; with none it is correct. */
    public SpecimenShadow(Vice... vices) {
        this.vices = EnumSet.noneOf(Vice.class);
        this.vices.addAll(List.of(vices));
    }

    @Override
    public String name() {
        return "specimen-shadow";
    }

    @Override
    public String description() {
        return "Pages copied to fresh slots, one table, two roots.";
    }

    @Override
    public StrategyTraits traits() {
        return new StrategyTraits(false, true, false, false, TornPageProtection.COPY_ON_WRITE, ChangeDetail.NONE, 0).with(OptionalTrait.SNAPSHOT_READS);
    }

    @Override
    public List<StrategyOption<?>> options() {
        return List.of();
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        context.requirePowerSafeOverwrite(name());
        return new ShadowStrategy(context, vices);
    }
}
