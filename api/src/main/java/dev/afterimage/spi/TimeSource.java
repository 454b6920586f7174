package dev.afterimage.spi;

/** A clock; it may jump at a crash and must never decide order. */
public interface TimeSource {
    /** Nanoseconds since some fixed moment, never going back while a store is open. */
    long nanos();

    /** Milliseconds since 1970-01-01 UTC, for people to read. */
    long epochMillis();

    /** The machine's clock. */
    static TimeSource system() {
        return new TimeSource() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public long epochMillis() {
                return System.currentTimeMillis();
            }
        };
    }
}
