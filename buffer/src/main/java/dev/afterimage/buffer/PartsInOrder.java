package dev.afterimage.buffer;

import org.jspecify.annotations.Nullable;

/**
 * Closes the parts of something in order, each of them whatever became of those before, and throws the first error in the end; the later ones ride along with it as suppressed.
 *
 * <pre>{@code
 * PartsInOrder closing = new PartsInOrder();
 * closing.run(checkpointer::close);
 * closing.close(log, pool, files);
 * closing.throwFirst();
 * }</pre>
 *
 * <p>For one thread.
 */
public final class PartsInOrder {
    private @Nullable Throwable first;

    /** Nothing has gone wrong yet. */
    public PartsInOrder() {
    }

    /** Does something on the way, and notes what it throws. */
    public void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            note(e);
        }
    }

    /** Closes parts in the order given, and notes what they throw; one that is null was never made. */
    public void close(@Nullable AutoCloseable... parts) {
        for (AutoCloseable part : parts) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception | Error e) {
                note(e);
            }
        }
    }

    /** Throws the first thing noted, if there is one; a checked exception as the cause of an {@link IllegalStateException}. */
    public void throwFirst() {
        if (first instanceof RuntimeException e) {
            throw e;
        }
        if (first instanceof Error e) {
            throw e;
        }
        if (first != null) {
            throw new IllegalStateException(first);
        }
    }

    private void note(Throwable thrown) {
        if (first == null) {
            first = thrown;
        } else if (first != thrown) { // parts of one store may all report the same failure, which cannot suppress itself
            first.addSuppressed(thrown);
        }
    }
}
