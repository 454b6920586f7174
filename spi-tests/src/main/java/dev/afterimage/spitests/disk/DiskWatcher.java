package dev.afterimage.spitests.disk;

/**
 * Is told what a {@link SimulatedDisk} is asked, on the caller's own thread and before the call returns, so that it can see who asks. Calls that change something come one at a time, with the disk's gate held:
 * a watcher must not call the disk, nor wait for anybody who does.
 */
public interface DiskWatcher {
    /** Something happened that belongs into a trace. */
    void happened(DiskEvent event);

    /** Bytes were read, so many from a position; of several threads, several at once. */
    default void read(String name, long position, int length) {
    }
}
