package dev.afterimage.spitests.model;

import dev.afterimage.api.Durability;

/** One commit that changed something: its place in the order is its place in the {@link History}. */
public final class CommitRecord {
    static final long NEVER = Long.MAX_VALUE;

    private final int transaction;
    private final Durability level;
    private final CommittedState after;
    private final long called;
    long acknowledged = NEVER;
    long retracted = NEVER;

    CommitRecord(int transaction, Durability level, CommittedState after, long called) {
        this.transaction = transaction;
        this.level = level;
        this.after = after;
        this.called = called;
    }

    /** The transaction's number in the model. */
    public int transaction() {
        return transaction;
    }

    /** The level it waited for. */
    public Durability level() {
        return level;
    }

    /** The state after it and all before it. */
    public CommittedState after() {
        return after;
    }

    /** Position on the disk's time line at which commit was called. */
    public long called() {
        return called;
    }

    /** Whether a crash at that position may find it. */
    boolean possibleAt(long sequence) {
        return called <= sequence && sequence < retracted;
    }

    /** Whether a crash at that position must find it, by its own promise. */
    boolean promisedAt(long sequence, CrashKind kind) {
        return acknowledged <= sequence && switch (kind) {
            case POWER -> level == Durability.POWER_SAFE;
            case PROCESS -> level != Durability.RELAXED;
        };
    }

    @Override
    public String toString() {
        if (transaction == 0) {
            return "the beginning";
        }
        return "T" + transaction + " " + level + " called@" + called + (acknowledged == NEVER ? " unanswered" : " acknowledged@" + acknowledged)
                + (retracted == NEVER ? "" : " retracted@" + retracted);
    }
}
