package dev.afterimage.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the transactions that one {@link OpenTransaction} has been have done. One thread counts at a time and any may read: opaque access suffices, for each counter only rises and is a number by itself.
 */
final class TransactionCounts {
    private static final VarHandle COMMITS = handle("commits");
    private static final VarHandle READ_ONLY_COMMITS = handle("readOnlyCommits");
    private static final VarHandle BYTES_CHANGED = handle("bytesChanged");

    private long commits;
    private long readOnlyCommits;
    private long bytesChanged;

    private static VarHandle handle(String counter) {
        try {
            return MethodHandles.lookup().findVarHandle(TransactionCounts.class, counter, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    void committed(boolean changed) {
        if (changed) {
            COMMITS.setOpaque(this, commits + 1);
        } else {
            READ_ONLY_COMMITS.setOpaque(this, readOnlyCommits + 1);
        }
    }

    void changed(int bytes) {
        BYTES_CHANGED.setOpaque(this, bytesChanged + bytes);
    }

    long commits() {
        return (long) COMMITS.getOpaque(this);
    }

    long readOnlyCommits() {
        return (long) READ_ONLY_COMMITS.getOpaque(this);
    }

    long bytesChanged() {
        return (long) BYTES_CHANGED.getOpaque(this);
    }

    /** Takes over what another has counted, which counts no more. */
    void add(TransactionCounts other) {
        COMMITS.setOpaque(this, commits + other.commits());
        READ_ONLY_COMMITS.setOpaque(this, readOnlyCommits + other.readOnlyCommits());
        BYTES_CHANGED.setOpaque(this, bytesChanged + other.bytesChanged());
    }
}
