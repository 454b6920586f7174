package dev.afterimage.spitests.disk;

import java.util.function.Predicate;

/** Faults to come, one after the other; each filter sees the file's name. Safe for many threads. */
public final class DiskFaults {
    DiskFaults() {
    }

    /** The next sync of a file that passes the filter fails. */
    public void failNextSync(Predicate<String> file, SyncFailure failure) {
        failSync(file, 0, failure);
    }

    /** After {@code skip} syncs of files that pass the filter, the next one fails. */
    public void failSync(Predicate<String> file, int skip, SyncFailure failure) {
        throw new UnsupportedOperationException();
    }

    /** The next sync of names fails; reads still show the new names. */
    public void failNextNamesSync() {
        throw new UnsupportedOperationException();
    }

    /** Runs {@code action} in the midst of the next sync of a file that passes the filter: after it began, before it is complete. */
    public void duringNextSync(Predicate<String> file, Runnable action) {
        throw new UnsupportedOperationException();
    }

    /** The disk holds no more than this many bytes; what is over the limit already stays. {@link Long#MAX_VALUE} lifts it. */
    public void capacityBytes(long limit) {
        throw new UnsupportedOperationException();
    }

    /** After {@code skip} reads that pass the filter, the next {@code times} fail with an input/output error. */
    public void failReads(Predicate<String> file, int skip, int times) {
        throw new UnsupportedOperationException();
    }

    /** The next {@code times} reads that pass the filter fail with an input/output error. */
    public void failReads(Predicate<String> file, int times) {
        failReads(file, 0, times);
    }

    /** After {@code skip} reads that pass the filter, the next one finds no memory. */
    public void exhaustMemoryOnRead(Predicate<String> file, int skip) {
        throw new UnsupportedOperationException();
    }

    /** After {@code skip} writes that pass the filter, the next one fails with an input/output error after so many sectors. */
    public void failWrite(Predicate<String> file, int skip, int sectorsWritten) {
        throw new UnsupportedOperationException();
    }

    /** The next write that passes the filter takes only so many bytes, and says so. */
    public void shortWrite(Predicate<String> file, int bytesWritten) {
        throw new UnsupportedOperationException();
    }

    /** Rot: turns one bit of a byte round, in what reads show and on the medium. */
    public void flipBit(String name, long bytePosition, int bit) {
        throw new UnsupportedOperationException();
    }

    /** Forgets every fault that has not struck yet, and lifts the capacity limit. */
    public void clear() {
        throw new UnsupportedOperationException();
    }

    /** How many faults struck. */
    public int struck() {
        throw new UnsupportedOperationException();
    }
}
