package com.example.mystrategy;

import java.util.List;

import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;

/** The door of this plug-in. */
public final class MyStrategyProvider implements RecoveryStrategyProvider {
    static final String NAME = "my-strategy";

    /** For {@link java.util.ServiceLoader}. */
    public MyStrategyProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Keeps nothing: to be written.";
    }

    /** Promises; the kit looks for each of them on the disk (rule P1). Decide them first: they are the design. */
    @Override
    public StrategyTraits traits() {
        boolean steal = false; // may bytes of an unfinished transaction reach a page's home?
        boolean force = true;  // are a commit's pages home when it is durable?
        boolean redo = false;  // may recovery have to do committed work again?
        boolean undo = false;  // may recovery have to undo unfinished work?
        return new StrategyTraits(steal, force, redo, undo, TornPageProtection.COPY_ON_WRITE, ChangeDetail.NONE, 0);
    }

    @Override
    public List<StrategyOption<?>> options() {
        return List.of();
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        return new MyStrategy(context);
    }
}
