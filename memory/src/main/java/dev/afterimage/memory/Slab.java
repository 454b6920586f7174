package dev.afterimage.memory;

import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.core.io.ReferenceOwner;
import org.jspecify.annotations.Nullable;

/**
 * One native allocation, zeroed, shared by many windows.
 *
 * <p>Chronicle's store checks nothing: a read past its end returns garbage, a write past its end corrupts the heap. The invariant that keeps us
 * safe is kept in {@link OffHeapBytes}: every window lies within its slab, and every access within its window.
 */
final class Slab {
    static {
        QuietStart.run();
    }

    private final String owner;

    /**
     * Null once released. Deliberately neither volatile nor final: whoever releases a slab must have made sure that nobody uses it any more, so this
     * check finds mistakes and need not win races; and a plain field costs nothing on the hot path. Safely published by the final field in each window.
     */
    private @Nullable BytesStore<?, ?> store;

    Slab(int bytes, String owner) {
        this.owner = owner;
        store = BytesStore.nativeStoreWithFixedCapacity(bytes);
        MemoryLeaks.allocated(this, bytes, owner);
    }

    /** The bytes, or a clear exception once they are gone. */
    BytesStore<?, ?> store() {
        BytesStore<?, ?> current = store;
        if (current == null) {
            throw released();
        }
        return current;
    }

    /** Sets bytes of the slab; Chronicle's own stores can only zero. */
    void fill(int position, int length, byte value) {
        long address = store().addressForWrite(position);
        OS.memory().setMemory(address, length, value);
    }

    IllegalStateException released() {
        return new IllegalStateException("This memory was released: the " + owner + " it belongs to is closed; a page must not be used after that");
    }

    /** Gives the memory back. The caller sees to it that this runs once. */
    void release() {
        BytesStore<?, ?> current = store();
        store = null;
        current.releaseLast(ReferenceOwner.INIT);
        MemoryLeaks.released(this);
    }
}
