package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.StrategyOptions;
import dev.afterimage.spitests.simulation.SteppedTime;

@DisplayName("The pace of a checkpoint")
class CheckpointPacingTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final SteppedTime time = new SteppedTime();
    private final AtomicLong logEnd = new AtomicLong();
    private Duration paused = Duration.ZERO;
    private final BackgroundTasks tasks = new BackgroundTasks() {
        @Override
        public BackgroundTask repeat(String name, Duration period, Runnable work) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void pause(Duration duration) {
            paused = paused.plus(duration);
            time.advance(duration);
        }
    };
    private final PostgresStyleOptions options = PostgresStyleOptions.of(StrategyOptions.of("postgres-style", PostgresStyleOptions.ALL, Map.of()));

    private CheckpointPacing pacing() {
        return new CheckpointPacing(0, INTERVAL.toNanos(), 0, options, time, tasks, logEnd::get);
    }

    private void write(CheckpointPacing pacing, int pages) {
        for (int left = pages; left > 0; left--) {
            assertTrue(pacing.test(left), "it never stops a checkpoint");
        }
    }

    @Test
    @DisplayName("spreads the pages over nine tenths of the time to the next one")
    void spreads() {
        write(pacing(), 1000);
        assertTrue(paused.compareTo(Duration.ofMillis(8900)) > 0 && paused.compareTo(Duration.ofMillis(9000)) <= 0, paused.toString());
    }

    @Test
    @DisplayName("does not pause for moments: waiting is coarse")
    void savesUpShortPauses() {
        write(pacing(), 1_000_000);
        assertTrue(paused.compareTo(Duration.ofMillis(9000)) <= 0, paused.toString());
    }

    @Test
    @DisplayName("hurries when the log fills faster than expected")
    void hurriesWithTheLog() {
        logEnd.set(options.maxWalBytes());
        write(pacing(), 1000);
        assertEquals(Duration.ZERO, paused);
    }

    @Test
    @DisplayName("hurries when somebody waits for the thread to end")
    void hurriesWhenInterrupted() {
        Thread.currentThread().interrupt();
        write(pacing(), 1000);
        assertTrue(Thread.interrupted(), "and leaves the interrupt pending (rule F3)");
        assertEquals(Duration.ZERO, paused);
    }

    @Test
    @DisplayName("has no pauses when it is to be immediate")
    void immediate() {
        write(CheckpointPacing.immediate(), 1000);
        assertEquals(Duration.ZERO, paused);
    }
}
