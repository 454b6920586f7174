package dev.afterimage.shadowpaging;

import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import java.util.List;

/** The door of shadow paging, for {@link java.util.ServiceLoader}. */
public final class ShadowPagingProvider implements RecoveryStrategyProvider {
    static final String NAME = "shadow-paging";

    /** For the service loader. */
    public ShadowPagingProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Copies each changed page to a fresh place and flips one root: no log, recovery at once, two syncs for each group of commits.";
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
        return new ShadowPagingStrategy(context);
    }
}
