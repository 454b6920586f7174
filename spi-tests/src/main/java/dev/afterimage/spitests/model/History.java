package dev.afterimage.spitests.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.afterimage.api.Durability;
import org.jspecify.annotations.Nullable;

/**
 * The commits of a store in their order, with when each was called and answered on the disk's time line.
 *
 * <p>Since durability is prefix-closed in commit order (rule D2), the legal states after a crash are the states after k commits, for k from the last
 * commit that had to be durable to the last one that had been called: {@link #legalAt}. Nothing else has to be searched.
 *
 * <p>Not for several threads while it grows; safe for many once the scenario is over.
 */
public final class History {
    private final List<CommitRecord> commits = new ArrayList<>();
    private final List<Promise> promises = new ArrayList<>();
    private final Map<Integer, Fate> fates = new HashMap<>();
    private long created = CommitRecord.NEVER;

    /** What became of a transaction, for telling whose trace was found. */
    public enum Fate {
        /** Not ended. */
        ACTIVE,
        /** Commit was called. */
        COMMITTED,
        /** Rolled back, or failed before it was ordered. */
        ROLLED_BACK
    }

    /** That all commits up to one survive that kind of crash (and a lesser one) from a moment on, and why. */
    private record Promise(long from, int commit, CrashKind kind, String reason) {
        boolean holdsAt(long sequence, CrashKind crash) {
            return from <= sequence && (kind == CrashKind.POWER || crash == CrashKind.PROCESS);
        }
    }

    /**
     * What is legal at a crash.
     *
     * @param states the legal states, oldest first
     * @param floorReason why the oldest is the oldest
     */
    public record Legal(List<CommitRecord> states, String floorReason) {
        /** The one equal to what was found, or null. */
        @Nullable
        public CommitRecord find(CommittedState found) {
            for (CommitRecord candidate : states) {
                if (candidate.after().equals(found)) {
                    return candidate;
                }
            }
            return null;
        }
    }

    /** A history that begins with a state nobody committed. */
    public History(CommittedState initial) {
        commits.add(first(initial));
    }

    private static CommitRecord first(CommittedState state) {
        CommitRecord record = new CommitRecord(0, Durability.POWER_SAFE, state, Long.MIN_VALUE);
        record.acknowledged = Long.MIN_VALUE;
        return record;
    }

    /** Says what the first state is, where that was not known before the store was made. */
    synchronized void begins(CommittedState initial) {
        commits.set(0, first(initial));
    }

    /** A history of one state only: what a store must hold after a crash that comes when all has been said. */
    public static History exactly(CommittedState state) {
        History history = new History(state);
        history.created = Long.MIN_VALUE;
        return history;
    }

    /** The store's making was reported done. */
    public synchronized void created(long sequence) {
        created = Math.min(created, sequence);
    }

    /** Whether the store must be there at that position. */
    public boolean mustExistAt(long sequence) {
        return created <= sequence;
    }

    /** A transaction began. */
    public synchronized void began(int transaction) {
        fates.put(transaction, Fate.ACTIVE);
    }

    /** A transaction was undone. */
    public synchronized void rolledBack(int transaction) {
        fates.put(transaction, Fate.ROLLED_BACK);
    }

    /** What became of a transaction; null for one that never was. */
    @Nullable
    public Fate fate(int transaction) {
        return fates.get(transaction);
    }

    /** Commit was called: from now on a crash may find it. */
    public synchronized CommitRecord called(int transaction, Durability level, CommittedState after, long sequence) {
        CommitRecord record = new CommitRecord(transaction, level, after, sequence);
        commits.add(record);
        fates.put(transaction, Fate.COMMITTED);
        return record;
    }

    /** Commit returned. */
    public synchronized void acknowledged(CommitRecord record, long sequence) {
        record.acknowledged = sequence;
    }

    /** Commit failed and said so: from now on nothing may find it. */
    public synchronized void retracted(CommitRecord record, long sequence) {
        record.retracted = sequence;
        fates.put(record.transaction(), Fate.ROLLED_BACK);
    }

    /** Everything ordered up to now survives that kind of crash from this moment on. */
    public synchronized void promised(long sequence, CrashKind kind, String reason) {
        promised(sequence, kind, reason, latest());
    }

    /** Everything up to that commit survives that kind of crash from this moment on. */
    public synchronized void promised(long sequence, CrashKind kind, String reason, CommitRecord upTo) {
        promises.add(new Promise(sequence, commits.indexOf(upTo), kind, reason));
    }

    /** A reopened store showed this state: what it did not show is gone for good, and what it showed stays. */
    public synchronized void resolved(CommitRecord shown, long sequence) {
        for (CommitRecord record : commits.subList(commits.indexOf(shown) + 1, commits.size())) {
            if (record.retracted == CommitRecord.NEVER) {
                retracted(record, sequence);
            }
        }
        promises.add(new Promise(sequence, commits.indexOf(shown), CrashKind.POWER, "a reopened store showed it"));
    }

    /** The newest commit that stands. */
    public synchronized CommitRecord latest() {
        for (int index = commits.size() - 1; index >= 0; index--) {
            if (commits.get(index).retracted == CommitRecord.NEVER) {
                return commits.get(index);
            }
        }
        throw new IllegalStateException("the first state is never retracted");
    }

    /** How many commits there are, less the first state. */
    public int size() {
        return commits.size() - 1;
    }

    /** The legal states after a crash at a position of the disk's time line. */
    public synchronized Legal legalAt(long sequence, CrashKind kind) {
        int floor = 0;
        for (int index = 1; index < commits.size(); index++) {
            if (commits.get(index).promisedAt(sequence, kind)) {
                floor = index;
            }
        }
        String reason = floor == 0 ? "the store was empty at first" : commits.get(floor).toString();
        for (Promise promise : promises) {
            if (promise.holdsAt(sequence, kind) && promise.commit > floor) {
                floor = promise.commit;
                reason = promise.reason + " @" + promise.from + " (" + commits.get(floor) + ")";
            }
        }
        List<CommitRecord> states = new ArrayList<>();
        for (CommitRecord record : commits.subList(floor, commits.size())) {
            if (record.possibleAt(sequence)) {
                states.add(record);
            }
        }
        return new Legal(states, reason);
    }

    /** All commits in their order, the first state included. */
    public List<CommitRecord> commits() {
        return List.copyOf(commits);
    }
}
