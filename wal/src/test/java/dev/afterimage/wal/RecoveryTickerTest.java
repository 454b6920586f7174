package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spi.TimeSource;

@DisplayName("The recovery ticker")
class RecoveryTickerTest implements StrategyEvents {
    private static final long MEBIBYTE = 1 << 20;

    private final List<RecoveryProgress> told = new ArrayList<>();
    private final TimeSource time = mock(TimeSource.class);
    private final StrategyContext context = new StrategyContext(new ForgetfulDisk(), false, 1, 4096, 1 << 20, Duration.ZERO,
            StrategyOptions.of("any", List.of(), java.util.Map.of()), time, mock(), LogWorkshop.random(), this);

    @Override
    public void recoveryProgress(RecoveryProgress progress) {
        told.add(progress);
    }

    @Override
    public void failed(Throwable cause) {
        throw new AssertionError(cause);
    }

    private void after(int seconds) {
        when(time.nanos()).thenReturn(Duration.ofSeconds(100 + seconds).toNanos());
    }

    @Test
    @DisplayName("tells once per mebibyte of log how far it is, how long it took by the context's clock, and how long it will take")
    void forward() {
        after(0);
        RecoveryTicker ticker = RecoveryTicker.between(context, "redo", 1000, 1000 + 4 * MEBIBYTE);
        ticker.reached(1000 + MEBIBYTE - 1);
        assertEquals(List.of(), told);
        after(2);
        ticker.reached(1000 + MEBIBYTE);
        ticker.reached(1000 + MEBIBYTE + 500);
        after(8);
        ticker.finished(1000 + 4 * MEBIBYTE);
        assertEquals(List.of(new RecoveryProgress("redo", MEBIBYTE, 4 * MEBIBYTE, Duration.ofSeconds(2), Optional.of(Duration.ofSeconds(6))),
                new RecoveryProgress("redo", 4 * MEBIBYTE, 4 * MEBIBYTE, Duration.ofSeconds(8), Optional.of(Duration.ZERO))), told);
    }

    @Test
    @DisplayName("counts backward where a phase goes backward")
    void backward() {
        after(0);
        RecoveryTicker ticker = RecoveryTicker.between(context, "undo", 1000 + 4 * MEBIBYTE, 1000);
        after(1);
        ticker.reached(1000 + 2 * MEBIBYTE);
        assertEquals(List.of(new RecoveryProgress("undo", 2 * MEBIBYTE, 4 * MEBIBYTE, Duration.ofSeconds(1), Optional.of(Duration.ofSeconds(1)))), told);
    }

    @Test
    @DisplayName("estimates nothing while the end is not known")
    void unknownEnd() {
        after(0);
        RecoveryTicker ticker = RecoveryTicker.untilTheEnd(context, "analysis", 1000);
        after(1);
        ticker.reached(1000 + MEBIBYTE);
        ticker.finished(1500 + MEBIBYTE);
        assertEquals(List.of(new RecoveryProgress("analysis", MEBIBYTE, MEBIBYTE, Duration.ofSeconds(1), Optional.empty()),
                new RecoveryProgress("analysis", MEBIBYTE + 500, MEBIBYTE + 500, Duration.ofSeconds(1), Optional.of(Duration.ZERO))), told);
    }

    @Test
    @DisplayName("counts pages as they are written, some hundred at a time, and the last")
    void pages() {
        after(0);
        LongPredicate pages = RecoveryTicker.pagesLeft(context, "write back");
        for (int left = 600; left >= 1; left--) {
            after(600 - left);
            assertTrue(pages.test(left));
        }
        assertEquals(List.of(256L, 512L, 599L), told.stream().map(RecoveryProgress::done).toList());
        assertTrue(told.stream().allMatch(progress -> progress.total() == 600));
        assertEquals(Optional.of(Duration.ofSeconds(344)), told.get(0).estimatedLeft());
    }
}
