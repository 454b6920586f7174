package dev.afterimage.spi;

/** One piece of background work. */
public interface BackgroundTask extends AutoCloseable {
    /** Asks for a run soon; cheap, never waits. */
    void wake();

    /** Ends it; when this returns, the work is not running and will not run again. */
    @Override
    void close();
}
