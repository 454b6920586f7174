package dev.afterimage.storage;

import dev.afterimage.spi.storage.DiskException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is open on a disk (files and locks), and whether the disk is.
 *
 * <p>Invariant: once {@link #close} has returned, nothing stays open. Whoever closes first says so and then looks for what to close; whoever opens first registers the handle and then
 * looks whether the disk was closed. So one of them sees the other, and a handle that both close is closed twice, which is harmless. Safe for many threads.
 */
final class OpenHandles {
    private final String disk;
    private final Set<AutoCloseable> handles = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** For the disk of that description. */
    OpenHandles(String disk) {
        this.disk = disk;
    }

    /** Returns while the disk is open. */
    void checkOpen() {
        if (closed) {
            throw new DiskException("Cannot use disk " + disk + ": it was closed");
        }
    }

    /** Registers a handle just opened and returns it; closes it instead if the disk was closed in the meantime. */
    <H extends AutoCloseable> H add(H handle) {
        handles.add(handle);
        if (closed) {
            close(handle);
            checkOpen();
        }
        return handle;
    }

    /** A handle is closed. */
    void remove(AutoCloseable handle) {
        handles.remove(handle);
    }

    /** Closes everything, whatever fails on the way; returns the first failure, or null. */
    @Nullable DiskException close() {
        closed = true;
        @Nullable DiskException first = null;
        for (AutoCloseable handle : handles) {
            try {
                close(handle);
            } catch (DiskException failure) {
                first = first == null ? failure : first;
            }
        }
        return first;
    }

    private static void close(AutoCloseable handle) {
        try {
            handle.close();
        } catch (DiskException failure) {
            throw failure;
        } catch (Exception impossible) {
            throw new AssertionError(impossible); // files and locks throw nothing else
        }
    }
}
