package dev.afterimage.memory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds off-heap memory that nobody released; for tests.
 *
 * <pre>{@code
 * MemoryLeaks.startTracing();     // before the memory is allocated
 * ...
 * MemoryLeaks.assertNone();
 * }</pre>
 *
 * <p>Chronicle's own reference tracing is not used, because it does not see fixed-capacity native stores: they are built unmonitored (2026.4).
 * Tracing is one switch for the whole process, so tests that use it must not run beside others that allocate.
 */
public final class MemoryLeaks {
    /** Where each slab was allocated that is not yet released; null while nobody traces. It holds slabs strongly: a dropped one is a leak as well. */
    private static volatile @Nullable Map<Slab, Allocation> traced;

    private MemoryLeaks() {}

    /** Starts afresh: what is allocated from now on is remembered together with where it was allocated. It slows allocation, not access. */
    public static void startTracing() {
        traced = new ConcurrentHashMap<>();
    }

    /**
     * Checks that everything allocated since {@link #startTracing()} was released.
     *
     * @throws AssertionError if not; its suppressed exceptions carry the stacks of the allocations
     * @throws IllegalStateException if tracing was never started, for then nothing could have been found
     */
    public static void assertNone() {
        Map<Slab, Allocation> found = traced;
        if (found == null) {
            throw new IllegalStateException("MemoryLeaks.startTracing() must run before the memory is allocated; without it leaks cannot be seen");
        }
        List<Allocation> leaks = List.copyOf(found.values());
        if (!leaks.isEmpty()) {
            long bytes = leaks.stream().mapToLong(leak -> leak.bytes).sum();
            AssertionError error = new AssertionError(bytes + " bytes of off-heap memory were never released; the suppressed exceptions say where they were allocated");
            leaks.forEach(error::addSuppressed);
            throw error;
        }
    }

    static void allocated(Slab slab, int bytes, String owner) {
        Map<Slab, Allocation> tracing = traced;
        if (tracing != null) {
            tracing.put(slab, new Allocation(bytes, owner));
        }
    }

    static void released(Slab slab) {
        Map<Slab, Allocation> tracing = traced;
        if (tracing != null) {
            tracing.remove(slab);
        }
    }

    /** Carries the stack of an allocation. */
    private static final class Allocation extends Exception {
        private static final long serialVersionUID = 1L;

        final int bytes;

        Allocation(int bytes, String owner) {
            super(bytes + " bytes, allocated here for the " + owner);
            this.bytes = bytes;
        }
    }
}
