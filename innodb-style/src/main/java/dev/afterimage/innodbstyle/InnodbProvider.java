package dev.afterimage.innodbstyle;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import dev.afterimage.api.ConfigException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spi.storage.Disk;

/** The door of this plug-in. */
public final class InnodbProvider implements RecoveryStrategyProvider {
    static final String NAME = "innodb-style";

    private static final StrategyTraits TRAITS = new StrategyTraits(true, false, true, true, TornPageProtection.DOUBLEWRITE, ChangeDetail.RANGES_WITH_BEFORE, VersionHeader.BYTES,
            Set.of(OptionalTrait.SNAPSHOT_READS, OptionalTrait.ROLLBACK_AFTER_OPENING));

    /** For {@link java.util.ServiceLoader}. */
    public InnodbProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "InnoDB: a circular redo log of mini-transactions, undo in undo pages that redo rebuilds, a doublewrite buffer; recovery redoes everything, then rolls back what the undo pages say.";
    }

    @Override
    public StrategyTraits traits() {
        return TRAITS;
    }

    @Override
    public List<StrategyOption<?>> options() {
        return InnodbOptions.ALL;
    }

    /**
     * Prepares the strategy.
     *
     * @throws ConfigException if the options are too small for the page size
     */
    @Override
    public RecoveryStrategy open(StrategyContext context) {
        InnodbOptions options = InnodbOptions.of(context.options());
        options.checkRoomForPages(context.pageSize());
        context.requirePowerSafeOverwrite(name());
        return new InnodbStrategy(context, options);
    }

    /** The redo log, from its checkpoint on. */
    @Override
    public LogSummary readLog(Disk disk, long storeId, Predicate<LogEntry> each) {
        return RedoLogDump.read(disk, storeId, each);
    }
}
