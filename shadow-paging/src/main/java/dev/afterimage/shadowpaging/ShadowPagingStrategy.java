package dev.afterimage.shadowpaging;

import dev.afterimage.api.CheckpointReport;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.buffer.BufferStatistics;
import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.CheckpointPace;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategySnapshot;
import dev.afterimage.spi.StrategyStatistics;
import dev.afterimage.spi.StrategyTransaction;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One open store under shadow paging; see the package for how it works.
 *
 * <pre>
 *   NEW --recover--> OPEN --close--> CLOSED
 *                     |  error after a commit's order was fixed
 *                     v
 *                   FAILED --close (writes nothing)--> CLOSED
 * </pre>
 */
final class ShadowPagingStrategy implements RecoveryStrategy {
    private static final Duration PERIOD_MIN = Duration.ofMillis(1);

    private final StrategyContext context;
    private final AtomicLong checkpoints = new AtomicLong();
    private ShadowRecovery.@Nullable Opened opened;
    private @Nullable Flips flips;
    private @Nullable BackgroundTask relaxedFlips;

    ShadowPagingStrategy(StrategyContext context) {
        this.context = context;
    }

    @Override
    public RecoveryReport recover() {
        if (opened != null) {
            throw new IllegalStateException("recover() was called before");
        }
        ShadowRecovery.Opened found = new ShadowRecovery(context).run();
        opened = found;
        Flips begun = new Flips(found.parts(), found.rootBlock(), found.newest(), context.events());
        flips = begun;
        found.parts().pool().writeBehind(context.tasks());
        // A flip that starts within half the window leaves the other half for its input and output.
        Duration period = context.relaxedWindow().dividedBy(2);
        relaxedFlips = context.tasks().repeat("shadow-paging flip", period.compareTo(PERIOD_MIN) < 0 ? PERIOD_MIN : period, () -> flipRelaxed(begun));
        return found.report();
    }

    @Override
    public StrategyTransaction begin(long transactionId) {
        Flips current = flips();
        current.checkUsable();
        current.begun(transactionId);
        return new ShadowTransaction(current, parts());
    }

    @Override
    public StrategyTransaction begin(long transactionId, StrategyTransaction former) {
        Flips current = flips();
        current.checkUsable();
        current.begun(transactionId);
        return former; // it holds nothing any more
    }

    @Override
    public StrategySnapshot openSnapshot(long transactionId) {
        Flips current = flips();
        current.checkUsable();
        current.begun(transactionId);
        return current.openSnapshot();
    }

    /** Makes what is pending durable. There is nothing else that a checkpoint could do: no work is ever left for recovery. */
    @Override
    public CheckpointReport checkpoint(CheckpointPace pace) {
        long start = context.time().nanos();
        long bytesBefore = parts().space().bytesWritten();
        long debtBefore = recoveryDebtBytes();
        flips().flipPending();
        checkpoints.incrementAndGet();
        long bytes = parts().space().bytesWritten() - bytesBefore;
        return new CheckpointReport(bytes / context.pageSize(), bytes, debtBefore, recoveryDebtBytes(), Duration.ofNanos(context.time().nanos() - start));
    }

    /** The table nodes that recovery walks. No checkpoint makes this less. */
    @Override
    public long recoveryDebtBytes() {
        return flips().durable().root().nodes() * context.pageSize();
    }

    @Override
    public long recoveryDebtLimitBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public StrategyStatistics statistics() {
        BufferStatistics pool = parts().pool().statistics();
        return new StrategyStatistics(0, 0, parts().space().bytesWritten(), pool.hits(), pool.misses(), pool.evictions(), checkpoints.get());
    }

    @Override
    public void close() {
        if (opened == null) {
            return;
        }
        ShadowRecovery.Opened closing = opened;
        opened = null;
        try {
            if (relaxedFlips != null) {
                relaxedFlips.close();
            }
            if (flips != null && !flips.hasFailed()) {
                flips.flipForClose();
            }
        } finally {
            closing.parts().close();
            closing.rootsFile().close();
        }
    }

    Flips flips() {
        Flips current = flips;
        if (opened == null || current == null) {
            throw notOpen();
        }
        return current;
    }

    ShadowParts parts() {
        ShadowRecovery.Opened current = opened;
        if (current == null) {
            throw notOpen();
        }
        return current.parts();
    }

    private static IllegalStateException notOpen() {
        return new IllegalStateException("shadow-paging: call recover() first, and nothing after close()");
    }

    private static void flipRelaxed(Flips flips) {
        try {
            flips.flipPending();
        } catch (StoreFailedException failed) {
            // Reported already, through the events; whoever uses the store next is told. The task just ends its turn.
        }
    }
}
