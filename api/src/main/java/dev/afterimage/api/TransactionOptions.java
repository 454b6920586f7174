package dev.afterimage.api;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * How one transaction differs from the store's defaults.
 *
 * @param readOnly whether writes are refused
 * @param durability the level {@link Transaction#commit()} waits for, or null for the store's
 * @param lockTimeout how long a lock request may wait, or null for the store's
 * @param snapshot whether it reads the moment at which it began, without locks ({@link #readOnlySnapshot()})
 */
public record TransactionOptions(boolean readOnly, @Nullable Durability durability, @Nullable Duration lockTimeout, boolean snapshot) {
    /** The store's defaults. */
    public static final TransactionOptions DEFAULT = new TransactionOptions(false, null, null);
    /** The store's defaults, refusing writes. */
    public static final TransactionOptions READ_ONLY = new TransactionOptions(true, null, null);
    private static final TransactionOptions SNAPSHOT = new TransactionOptions(true, null, null, true);

    /** Checks that a snapshot is read-only. */
    public TransactionOptions {
        if (snapshot && !readOnly) {
            throw new IllegalArgumentException("a snapshot is read-only; use TransactionOptions.readOnlySnapshot()");
        }
    }

    /** Options of a transaction with locks. */
    public TransactionOptions(boolean readOnly, @Nullable Durability durability, @Nullable Duration lockTimeout) {
        this(readOnly, durability, lockTimeout, false);
    }

    /**
     * The store's defaults, for a reader of one moment: it sees exactly the commits whose order was fixed before it began, for as long as it runs; it takes no page locks, so it neither waits for
     * writers nor holds them up, and is never the victim of a deadlock. Its commit returns when what it saw is as durable as its level asks for.
     *
     * <p>Not every strategy can do that: {@link PageStore#begin} throws {@link UnsupportedTraitException} where it cannot.
     */
    public static TransactionOptions readOnlySnapshot() {
        return SNAPSHOT;
    }

    /** These options with another durability. */
    public TransactionOptions withDurability(Durability level) {
        return new TransactionOptions(readOnly, Objects.requireNonNull(level), lockTimeout, snapshot);
    }

    /** These options with another lock time-out; zero means: do not wait. */
    public TransactionOptions withLockTimeout(Duration timeout) {
        return new TransactionOptions(readOnly, durability, Objects.requireNonNull(timeout), snapshot);
    }
}
