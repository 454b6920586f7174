package dev.afterimage.spi;

import java.time.Duration;

/**
 * Work that goes on behind transactions; the engine owns the threads, so that a test can own them instead.
 *
 * <p>A test may run no task at all, or run them at moments of its own choosing: a strategy must be correct either way, with background work only making
 * it faster or bounding a window.
 */
public interface BackgroundTasks {
    /** Runs {@code work} about every {@code period} and after each {@link BackgroundTask#wake()}, never twice at once, until closed. */
    BackgroundTask repeat(String name, Duration period, Runnable work);

    /** Waits about that long, or not at all in a test. To be called from background work only; an interrupt ends it early. */
    void pause(Duration duration);
}
