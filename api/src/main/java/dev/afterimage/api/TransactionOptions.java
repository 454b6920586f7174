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
 */
public record TransactionOptions(boolean readOnly, @Nullable Durability durability, @Nullable Duration lockTimeout) {
    /** The store's defaults. */
    public static final TransactionOptions DEFAULT = new TransactionOptions(false, null, null);
    /** The store's defaults, refusing writes. */
    public static final TransactionOptions READ_ONLY = new TransactionOptions(true, null, null);

    /** These options with another durability. */
    public TransactionOptions withDurability(Durability level) {
        return new TransactionOptions(readOnly, Objects.requireNonNull(level), lockTimeout);
    }

    /** These options with another lock time-out; zero means: do not wait. */
    public TransactionOptions withLockTimeout(Duration timeout) {
        return new TransactionOptions(readOnly, durability, Objects.requireNonNull(timeout));
    }
}
