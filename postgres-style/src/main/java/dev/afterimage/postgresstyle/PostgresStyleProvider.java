package dev.afterimage.postgresstyle;

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
public final class PostgresStyleProvider implements RecoveryStrategyProvider {
    static final String NAME = "postgres-style";

    private static final StrategyTraits TRAITS = new StrategyTraits(false, false, true, false, TornPageProtection.FULL_PAGE_IMAGES, ChangeDetail.RANGES, PageHeader.BYTES);

    /** For {@link java.util.ServiceLoader}. */
    public PostgresStyleProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Redo log with full-page images after each checkpoint; changes stay private until commit, so recovery has nothing to undo.";
    }

    @Override
    public StrategyTraits traits() {
        return TRAITS;
    }

    @Override
    public List<StrategyOption<?>> options() {
        return PostgresStyleOptions.ALL;
    }

    /**
     * Prepares the strategy.
     *
     * @throws ConfigException if the options contradict each other or the page size
     */
    @Override
    public RecoveryStrategy open(StrategyContext context) {
        PostgresStyleOptions options = PostgresStyleOptions.of(context.options());
        options.checkRoomForImages(context.pageSize());
        return new PostgresStyleStrategy(context, options);
    }
}
