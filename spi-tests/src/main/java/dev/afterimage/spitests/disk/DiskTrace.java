package dev.afterimage.spitests.disk;

/** What a simulated disk was asked to do, in the order of effect. Immutable. */
public final class DiskTrace {
    DiskTrace() {
    }

    /** What was durable when the trace began. */
    public DiskImage initial() {
        throw new UnsupportedOperationException();
    }

    /** The newest sequence number given out when the trace was taken. */
    public long sequence() {
        throw new UnsupportedOperationException();
    }

    /** How many syncs (of files and of names) completed or failed: the number of the crash point at the end of the trace. */
    public int syncCompletions() {
        throw new UnsupportedOperationException();
    }
}
