package dev.afterimage.memory;

import net.openhft.chronicle.core.io.AbstractReferenceCounted;

/**
 * Finds off-heap memory that nobody released; for tests.
 *
 * <pre>{@code
 * MemoryLeaks.startTracing();     // before the memory is allocated
 * ...
 * MemoryLeaks.assertNone();
 * }</pre>
 *
 * <p>Tracing is one switch for the whole process, so tests that use it must not run beside others that allocate.
 */
public final class MemoryLeaks {
    private static volatile long liveBytesBefore = -1;

    static {
        QuietStart.run();
    }

    private MemoryLeaks() {}

    /** Starts afresh: what is allocated from now on is remembered together with where it was allocated. It slows allocation, not access. */
    public static void startTracing() {
        AbstractReferenceCounted.enableReferenceTracing();
        liveBytesBefore = Slab.liveBytes();
    }

    /**
     * Checks that everything allocated since {@link #startTracing()} was released.
     *
     * @throws AssertionError if not; its suppressed exceptions carry the stacks of the allocations
     * @throws IllegalStateException if tracing was never started: Chronicle's own check would then silently succeed
     */
    public static void assertNone() {
        if (liveBytesBefore < 0) {
            throw new IllegalStateException("MemoryLeaks.startTracing() must run before the memory is allocated; without it leaks cannot be seen");
        }
        AbstractReferenceCounted.assertReferencesReleased();
        // Chronicle remembers its stores weakly, so one that was dropped and collected without a release escapes it. The count does not.
        long leaked = Slab.liveBytes() - liveBytesBefore;
        if (leaked > 0) {
            throw new AssertionError(leaked + " bytes of off-heap memory were allocated and never released, and their owner is already garbage");
        }
    }
}
