package dev.afterimage.spitests.history;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Whether what recovery shows after a crash in the midst of several threads' work is legal: some set of commits, whole each, with all they depend on, all that was promised, and
 * nothing else.
 *
 * <p>The lists say themselves which commits survived, so nothing is searched. Safe for many threads once the history is over.
 */
public final class SurvivalCheck {
    private final List<ListTransaction> transactions;
    private final List<ListHistory.Promise> promises;
    private final Map<Long, ListTransaction> owners = new HashMap<>();

    /** For the crashes during a run that is over. */
    public SurvivalCheck(ListHistory history) {
        transactions = history.transactions();
        promises = history.promises();
        for (ListTransaction transaction : transactions) {
            transaction.everything.forEach(element -> owners.put(element, transaction));
        }
    }

    /** What is owed at a crash that comes after that moment, as a number: equal ones owe the same. */
    public long obligations(long sequence) {
        long key = 1;
        for (ListTransaction transaction : transactions) {
            int state = (transaction.possibleAt(sequence) ? 1 : 0) + (transaction.acknowledgedAt(sequence) ? 2 : 0);
            key = key * 0x9E3779B97F4A7C15L + state;
        }
        for (ListHistory.Promise promise : promises) {
            key = key * 31 + (promise.from() <= sequence ? 1 : 0);
        }
        return key;
    }

    /**
     * Looks at what recovery shows.
     *
     * @param lists each page's list; nothing for a page that does not exist
     * @param sequence the last moment before the crash, in the time of the history
     * @param kind what it took
     * @throws Violation naming the rule that is broken
     */
    public void check(Map<Long, List<Long>> lists, long sequence, CrashKind kind) {
        Set<ListTransaction> survivors = survivors(lists, sequence);
        promised(survivors, sequence, kind);
        wholeAndAlone(lists, survivors);
        closed(survivors);
        externalised(survivors, sequence, kind);
        inOrder(survivors, sequence);
        List<Anomaly> anomalies = IsolationCheck.afterCrash(transactions, lists, survivors, sequence, kind);
        if (!anomalies.isEmpty()) {
            throw new Violation("A3", "what recovery shows, read as one more transaction: expected no anomaly, found " + anomalies.get(0), null);
        }
    }

    /** Whose elements are there; each must have called commit. */
    private Set<ListTransaction> survivors(Map<Long, List<Long>> lists, long sequence) {
        Set<ListTransaction> survivors = new LinkedHashSet<>();
        lists.forEach((page, list) -> {
            for (long element : list) {
                ListTransaction owner = owners.get(element);
                if (owner == null) {
                    throw new Violation("T1", "page " + page + " holds " + ListHistory.describe(element) + ", which nobody appended: " + ListHistory.describe(list), null);
                }
                boolean stands = owner.appends().values().stream().anyMatch(mine -> mine.contains(element));
                if (!owner.possibleAt(sequence) || !stands) {
                    throw new Violation("A1", "crash@" + ListHistory.at(sequence) + ": expected no trace of " + (stands ? "" : "what was rolled back in ") + owner + "; found its element "
                            + ListHistory.describe(element) + " in page " + page, null);
                }
                survivors.add(owner);
            }
        });
        return survivors;
    }

    private void promised(Set<ListTransaction> survivors, long sequence, CrashKind kind) {
        for (ListTransaction transaction : transactions) {
            if (transaction.writes() && !survivors.contains(transaction) && !leavesNoTrace(transaction)) {
                if (transaction.acknowledgedAt(sequence) && ListHistory.promises(transaction, kind)) {
                    throw new Violation("D1", "crash@" + ListHistory.at(sequence) + " (" + kind + "): expected " + transaction + " to be there, found nothing of it", null);
                }
                for (ListHistory.Promise promise : promises) {
                    if (promise.from() <= sequence && transaction.acknowledgedAt(promise.acknowledgedUntil())) {
                        throw new Violation("D1", "crash@" + ListHistory.at(sequence) + ": expected " + transaction + " to be there, because " + promise.reason() + " @" + ListHistory.at(promise.from())
                                + "; found nothing of it", null);
                    }
                }
            }
        }
    }

    /** Whether all its lists were freed since, so that nothing tells of it. */
    private boolean leavesNoTrace(ListTransaction transaction) {
        return transaction.appends().keySet().stream().allMatch(birth -> freer(birth) != null);
    }

    private @Nullable ListTransaction freer(long birth) {
        for (ListTransaction transaction : transactions) {
            if (transaction.freedLists().containsKey(birth) && transaction.outcome != ListTransaction.Outcome.ROLLED_BACK) {
                return transaction;
            }
        }
        return null;
    }

    /** Exactly the survivors' elements, in their order: no commit by half, and nothing twice. */
    private void wholeAndAlone(Map<Long, List<Long>> lists, Set<ListTransaction> survivors) {
        Map<Long, List<Long>> byBirth = new LinkedHashMap<>();
        lists.forEach((page, list) -> {
            if (!list.isEmpty() && byBirth.put(list.get(0), list) != null) {
                throw new Violation("A3", "the list of " + ListHistory.describe(list.get(0)) + " is there twice, one of them in page " + page, null);
            }
        });
        for (ListTransaction survivor : survivors) {
            survivor.appends().forEach((birth, mine) -> {
                List<Long> list = byBirth.getOrDefault(birth, List.of());
                ListTransaction freer = freer(birth);
                if (!list.containsAll(mine) && !(list.isEmpty() && freer != null && (survivors.contains(freer) || leavesNoTrace(freer)))) {
                    throw new Violation("A3", "expected all or nothing of " + survivor + "; its " + ListHistory.describe(mine) + " should be in " + ListHistory.describe(list), null);
                }
            });
            survivor.freedLists().forEach((birth, page) -> {
                if (byBirth.containsKey(birth)) {
                    throw new Violation("A3", "expected all or nothing of " + survivor + "; page " + page + ", which it freed, still holds " + ListHistory.describe(byBirth.get(birth)), null);
                }
            });
        }
    }

    /** Whoever survived saw only survivors. */
    private void closed(Set<ListTransaction> survivors) {
        for (ListTransaction survivor : survivors) {
            ListTransaction missing = missing(survivor, survivors);
            if (missing != null) {
                throw new Violation("A3", "expected " + survivor + " to be there only with all it saw; found nothing of " + missing, null);
            }
        }
    }

    /** Somebody of whom a transaction saw something that is gone, though a trace of it would have to be there; null if there is nobody. */
    private @Nullable ListTransaction missing(ListTransaction reader, Set<ListTransaction> survivors) {
        for (ListTransaction.Read read : reader.reads) {
            for (long element : read.elements()) {
                ListTransaction owner = owners.get(element);
                if (owner != null && owner != reader && !survivors.contains(owner) && !leavesNoTrace(owner)) {
                    return owner;
                }
            }
        }
        return null;
    }

    /** What a transaction that was answered had read is known to the world, even if it wrote nothing. */
    private void externalised(Set<ListTransaction> survivors, long sequence, CrashKind kind) {
        for (ListTransaction transaction : transactions) {
            if (transaction.acknowledgedAt(sequence) && ListHistory.promises(transaction, kind)) {
                ListTransaction missing = missing(transaction, survivors);
                if (missing != null) {
                    throw new Violation("D3", "crash@" + ListHistory.at(sequence) + " (" + kind + "): " + transaction + " was answered, having read what " + missing
                            + " wrote: expected that to be there, found nothing of it", null);
                }
            }
        }
    }

    /** Who was answered before another called commit comes before it in the order, of which a beginning survives. */
    private void inOrder(Set<ListTransaction> survivors, long sequence) {
        TreeMap<Long, ListTransaction> lost = new TreeMap<>();
        for (ListTransaction transaction : transactions) {
            if (transaction.writes() && transaction.acknowledgedAt(sequence) && !survivors.contains(transaction) && !leavesNoTrace(transaction)) {
                lost.put(transaction.ended, transaction);
            }
        }
        if (lost.isEmpty()) {
            return;
        }
        for (ListTransaction survivor : survivors) {
            if (survivor.called >= lost.firstKey()) {
                throw new Violation("D2", "crash@" + ListHistory.at(sequence) + ": expected a prefix of the commit order; found " + survivor + ", but nothing of " + lost.firstEntry().getValue()
                        + ", which had been answered before", null);
            }
        }
    }
}
