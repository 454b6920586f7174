package dev.afterimage.postgresstyle;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Write sets that wait for their next transaction. No lock and no garbage; a thread looks first where its own last one lies. */
final class WriteSets {
    /** Idle sets kept; beyond as many transactions at once, some make their own. */
    private static final int KEPT = 64;

    private final AtomicReferenceArray<@Nullable WriteSet> idle = new AtomicReferenceArray<>(KEPT);
    private final Supplier<WriteSet> source;

    WriteSets(Supplier<WriteSet> source) {
        this.source = source;
    }

    /** A cleared write set. */
    WriteSet take() {
        int start = place();
        for (int i = 0; i < KEPT; i++) {
            int place = (start + i) & (KEPT - 1);
            if (idle.getPlain(place) != null) {
                WriteSet found = idle.getAndSet(place, null);
                if (found != null) {
                    return found;
                }
            }
        }
        return source.get();
    }

    /** Takes one back, cleared. */
    void give(WriteSet writes) {
        int start = place();
        for (int i = 0; i < KEPT; i++) {
            int place = (start + i) & (KEPT - 1);
            if (idle.getPlain(place) == null && idle.compareAndSet(place, null, writes)) {
                return;
            }
        }
        writes.retire();
    }

    private static int place() {
        return (int) Thread.currentThread().getId() & (KEPT - 1);
    }
}
