package dev.afterimage.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The transactions of a store: those that are open, and those that wait to be used again. One table is both, so that beginning a transaction is one compare-and-set on the {@link CallGate} of an
 * object that is known already to who closes the store.
 *
 * <p>A thread looks where its own last one lies, then at a few places beside. Where all of those are in use it makes a new one. What has no place there goes to a
 * second table, under a lock, which grows, and loses the larger part of its memory whenever it is free. Nothing is ever taken out of the tables but what is over and still in the hands of a
 * {@link TransactionReference}, and that only where its place is needed.
 */
final class OpenTransactions {
    private static final int PLACES = 256;
    private static final int LOOKS = 8;

    private final OpenStore store;
    private final AtomicReferenceArray<@Nullable OpenTransaction> places = new AtomicReferenceArray<>(PLACES);
    private final ReentrantLock making = new ReentrantLock();
    private volatile AtomicReferenceArray<@Nullable OpenTransaction> more = new AtomicReferenceArray<>(LOOKS);
    /** What those counted that are in no place any more; changed under the lock. */
    private final TransactionCounts gone = new TransactionCounts();

    OpenTransactions(OpenStore store) {
        this.store = store;
    }

    /** One that nobody uses, inside its gate: whoever closes the store from now on sees it. */
    OpenTransaction claim() {
        OpenTransaction found = claimIn(places, LOOKS);
        if (found == null) {
            found = claimIn(more, LOOKS);
        }
        return found == null ? make() : found;
    }

    private static @Nullable OpenTransaction claimIn(AtomicReferenceArray<@Nullable OpenTransaction> table, int looks) {
        int mask = table.length() - 1;
        int first = (int) Thread.currentThread().getId();
        for (int i = 0; i < looks; i++) {
            OpenTransaction each = table.get(first + i & mask);
            if (each != null && each.gate().claim()) {
                return each;
            }
        }
        return null;
    }

    private OpenTransaction make() {
        OpenTransaction made = new OpenTransaction(store);
        return putBeside(made) ? made : findOrPut(made);
    }

    /** Where nothing is yet takes no lock, so that what a thread has to wait for does not depend on the numbers that threads happen to have (rule N1). */
    private boolean putBeside(OpenTransaction made) {
        int first = (int) Thread.currentThread().getId();
        for (int i = 0; i < LOOKS; i++) {
            int place = first + i & PLACES - 1;
            if (places.get(place) == null && places.compareAndSet(place, null, made)) {
                return true;
            }
        }
        return false;
    }

    private OpenTransaction findOrPut(OpenTransaction made) {
        making.lock();
        try {
            if (put(made, places, LOOKS)) {
                return made;
            }
            OpenTransaction found = claimIn(more, more.length());
            if (found != null) {
                return found;
            }
            if (!put(made, more, more.length())) {
                grow();
                put(made, more, more.length());
            }
            made.isOneOfMany();
            return made;
        } finally {
            making.unlock();
        }
    }

    private boolean put(OpenTransaction made, AtomicReferenceArray<@Nullable OpenTransaction> table, int looks) {
        int mask = table.length() - 1;
        int first = (int) Thread.currentThread().getId();
        for (int i = 0; i < looks; i++) {
            OpenTransaction there = table.get(first + i & mask);
            if ((there == null || there.isLeft()) && table.compareAndSet(first + i & mask, there, made)) {
                if (there != null) {
                    gone.add(there.counts());
                }
                return true;
            }
        }
        return false;
    }

    private void grow() {
        AtomicReferenceArray<@Nullable OpenTransaction> old = more;
        AtomicReferenceArray<@Nullable OpenTransaction> larger = new AtomicReferenceArray<>(2 * old.length());
        for (int i = 0; i < old.length(); i++) {
            larger.setPlain(i, old.get(i));
        }
        more = larger;
    }

    /** Those that are open, in the order of their numbers: closing rolls them back, and what that asks of the disk must not depend on chance (rule N1). */
    List<OpenTransaction> active() {
        List<OpenTransaction> active = new ArrayList<>();
        forEach(each -> {
            if (each.isActive()) {
                active.add(each);
            }
        });
        active.sort(Comparator.comparingLong(OpenTransaction::id));
        return active;
    }

    /** What all transactions have done. */
    TransactionCounts counts() {
        TransactionCounts sum = new TransactionCounts();
        making.lock();
        try {
            sum.add(gone);
            forEach(each -> sum.add(each.counts()));
        } finally {
            making.unlock();
        }
        return sum;
    }

    private void forEach(Consumer<OpenTransaction> action) {
        forEach(places, action);
        forEach(more, action);
    }

    private static void forEach(AtomicReferenceArray<@Nullable OpenTransaction> table, Consumer<OpenTransaction> action) {
        for (int i = 0; i < table.length(); i++) {
            OpenTransaction each = table.get(i);
            if (each != null) {
                action.accept(each);
            }
        }
    }
}
