package dev.afterimage.spitests.history;

import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.CrashKind;

/** All transactions of a run, in the order in which they began, and what was promised beside them. Grows under many threads. */
public final class ListHistory {
    /** From a moment on, all that was acknowledged up to another survives a loss of power. */
    record Promise(long from, long acknowledgedUntil, String reason) {
    }

    private static final int TICK_BITS = 20;

    private final List<ListTransaction> transactions = new ArrayList<>();
    private final List<Promise> promises = new ArrayList<>();

    /** Nothing yet. */
    public ListHistory() {
    }

    /**
     * A moment of the history: the disk's sequence number, and behind it a number that tells moments apart between which the disk was not asked. Of moments noted by several threads one is before
     * another if it was, provided that each notes the disk's number first.
     */
    public static long time(long sequence, int tick) {
        return sequence << TICK_BITS | tick & (1 << TICK_BITS) - 1;
    }

    /** The last moment with that sequence number. */
    public static long endOf(long sequence) {
        return time(sequence, -1);
    }

    /** A moment as people read it. */
    static String at(long time) {
        return time == ListTransaction.NEVER ? "never" : (time >> TICK_BITS) + "." + (time & (1 << TICK_BITS) - 1);
    }

    /** An element that only one operation of one transaction appends. */
    static long element(int transaction, int operation) {
        return 0x4CL << 56 | (long) transaction << 16 | operation;
    }

    /** The transaction that appended an element. */
    public static int transactionOf(long element) {
        return (int) (element >>> 16);
    }

    /** An element as people read it. */
    public static String describe(long element) {
        return element >>> 56 == 0x4C ? transactionOf(element) + "." + (element & 0xFFFF) : "0x" + Long.toHexString(element);
    }

    /** A list as people read it; only its end, if it is long. */
    public static String describe(List<Long> elements) {
        int from = Math.max(0, elements.size() - 12);
        return (from == 0 ? "[" : "[... ") + String.join(" ", elements.subList(from, elements.size()).stream().map(ListHistory::describe).toList()) + "]";
    }

    /** A transaction begins; numbers count from 1. */
    public synchronized ListTransaction begin(String thread, boolean snapshot, long at) {
        ListTransaction transaction = new ListTransaction(transactions.size() + 1, thread, snapshot, at);
        transactions.add(transaction);
        return transaction;
    }

    /** From now on all that had been acknowledged until then is durable. */
    public synchronized void promised(long from, long acknowledgedUntil, String reason) {
        promises.add(new Promise(from, acknowledgedUntil, reason));
    }

    /** The transactions so far. */
    public synchronized List<ListTransaction> transactions() {
        return List.copyOf(transactions);
    }

    synchronized List<Promise> promises() {
        return List.copyOf(promises);
    }

    static boolean promises(ListTransaction transaction, CrashKind kind) {
        return kind == CrashKind.POWER ? transaction.level == Durability.POWER_SAFE : transaction.level != Durability.RELAXED;
    }
}
