package dev.afterimage.spi.storage;

/** An exclusive lock on a disk, held until {@link #close()} or the death of the process. */
public interface DiskLock extends AutoCloseable {
    /** Releases the lock. Closing twice is harmless. */
    @Override
    void close();
}
