package dev.afterimage.spitests.specimen;

import java.util.List;
import java.util.function.Predicate;

import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;

/**
 * A strategy, correct or not, whose disk forgets to sync some of its files: whatever the strategy, the kit must notice each file whose syncs matter.
 *
 * @param strategy the strategy
 * @param forgets which files are not synced
 */
public record OnForgetfulDisk(RecoveryStrategyProvider strategy, Predicate<String> forgets) implements RecoveryStrategyProvider {
    @Override
    public String name() {
        return strategy.name();
    }

    @Override
    public String description() {
        return strategy.description();
    }

    @Override
    public StrategyTraits traits() {
        return strategy.traits();
    }

    @Override
    public List<StrategyOption<?>> options() {
        return strategy.options();
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        return strategy.open(new StrategyContext(new ForgetfulDisk(context.disk(), forgets), context.created(), context.storeId(), context.pageSize(),
                context.cacheBytes(), context.relaxedWindow(), context.options(), context.time(), context.tasks(), context.random(), context.events()));
    }
}
