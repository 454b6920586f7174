package dev.afterimage.aries;

import java.util.List;

import dev.afterimage.api.ConfigException;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;

/** The door of this plug-in. */
public final class AriesProvider implements RecoveryStrategyProvider {
    static final String NAME = "undo-redo-aries";

    private static final StrategyTraits TRAITS = new StrategyTraits(true, false, true, true, TornPageProtection.FULL_PAGE_IMAGES, ChangeDetail.RANGES_WITH_BEFORE,
            PageHeader.BYTES);

    /** For {@link java.util.ServiceLoader}. */
    public AriesProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "ARIES: changes go straight to shared pages, before- and after-images to the log; recovery repeats history, then undoes the losers.";
    }

    @Override
    public StrategyTraits traits() {
        return TRAITS;
    }

    @Override
    public List<StrategyOption<?>> options() {
        return AriesOptions.ALL;
    }

    /**
     * Prepares the strategy.
     *
     * @throws ConfigException if the options contradict each other, the page size, or the device
     */
    @Override
    public RecoveryStrategy open(StrategyContext context) {
        AriesOptions options = AriesOptions.of(context.options());
        options.checkRoomForPages(context.pageSize());
        options.tornPages().checkDevice(context.disk().guarantees(), context.pageSize());
        return new AriesStrategy(context, options);
    }
}
