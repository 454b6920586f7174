package dev.afterimage.bench;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** One row of the table: something that can be measured again and again. */
interface Measurement extends AutoCloseable {
    /** What row it is. */
    Subject subject();

    /** Measures it for about so long. */
    Sample measure(long nanos) throws IOException;

    /** Lets go of what it holds. */
    @Override
    default void close() throws IOException {
    }

    /**
     * What is measured.
     *
     * @param benchmark its name
     * @param strategy a strategy's, or {@code raw}
     * @param threads how many do it
     * @param durability a level, or {@code none}
     * @param unit what is counted
     * @param units how many of them make one operation of the sample
     * @param rawLimit what it is compared with; null for what is nobody's but its own measure
     */
    record Subject(String benchmark, String strategy, int threads, String durability, String unit, double units, @Nullable RawLimit rawLimit) {
    }

    /**
     * A raw limit and what one unit of it means here.
     *
     * @param benchmark its name
     * @param threads of how many threads
     * @param units how many of its units do what one unit of the row does
     */
    record RawLimit(String benchmark, int threads, double units) {
        @Override
        public String toString() {
            return threads == 1 ? benchmark : benchmark + " x " + threads;
        }
    }
}
