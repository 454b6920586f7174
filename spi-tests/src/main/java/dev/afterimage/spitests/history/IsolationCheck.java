package dev.afterimage.spitests.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.afterimage.spitests.history.Anomaly.Kind;
import dev.afterimage.spitests.history.DependencyGraph.Edge;
import dev.afterimage.spitests.history.DependencyGraph.Reason;
import dev.afterimage.spitests.model.CrashKind;
import org.jspecify.annotations.Nullable;

/**
 * Whether the transactions of a history, and what recovery showed of them as one more that reads everything, are serializable in an order that agrees with real time.
 *
 * <p>Transactions in doubt count as soon as somebody saw something of them.
 */
public final class IsolationCheck {
    private static final int NOBODY = -1;

    private final List<ListTransaction> all;
    private final List<Anomaly> anomalies = new ArrayList<>();
    /** Whose an element is, by element. */
    private final Map<Long, ListTransaction> owners = new HashMap<>();
    /** Each list as far as anybody saw it, by its first element. */
    private final Map<Long, List<Long>> chains = new LinkedHashMap<>();
    private final Map<ListTransaction, Integer> nodes = new LinkedHashMap<>();

    private IsolationCheck(Collection<ListTransaction> all) {
        this.all = List.copyOf(all);
        for (ListTransaction transaction : all) {
            transaction.everything.forEach(element -> owners.put(element, transaction));
        }
    }

    /** The anomalies of a run without a crash. */
    public static List<Anomaly> of(ListHistory history) {
        IsolationCheck check = new IsolationCheck(history.transactions());
        check.all.forEach(check::reads);
        Set<ListTransaction> counting = new HashSet<>(check.all.stream().filter(transaction -> transaction.outcome == ListTransaction.Outcome.ACKNOWLEDGED).toList());
        check.all.forEach(reader -> reader.reads.forEach(read -> check.seen(read, reader, counting)));
        check.circles(check.all.stream().filter(counting::contains).toList(), null, null, ListTransaction.NEVER);
        return check.anomalies;
    }

    /**
     * The anomalies when a crash is followed by one transaction that reads everything.
     *
     * @param lists what it reads, by page
     * @param survivors those whose commit it shows
     */
    static List<Anomaly> afterCrash(List<ListTransaction> transactions, Map<Long, List<Long>> lists, Set<ListTransaction> survivors, long sequence, CrashKind kind) {
        IsolationCheck check = new IsolationCheck(transactions);
        List<ListTransaction> counting = check.all.stream()
                .filter(transaction -> survivors.contains(transaction) || transaction.acknowledgedAt(sequence) && ListHistory.promises(transaction, kind)).toList();
        ListTransaction last = new ListTransaction(0, "recovery", false, ListTransaction.NEVER);
        lists.forEach((page, elements) -> last.read(page, elements, ListTransaction.NEVER));
        check.reads(last);
        check.circles(counting, last, kind, sequence);
        return check.anomalies;
    }

    private void seen(ListTransaction.Read read, ListTransaction reader, Set<ListTransaction> counting) {
        for (long element : read.elements()) {
            ListTransaction owner = owners.get(element);
            if (owner != null && owner != reader && owner.outcome == ListTransaction.Outcome.IN_DOUBT) {
                counting.add(owner);
            }
        }
    }

    /** What can be said about reads one by one. */
    private void reads(ListTransaction reader) {
        for (ListTransaction.Read read : reader.reads) {
            if (new HashSet<>(read.elements()).size() < read.elements().size()) {
                found(Kind.UNKNOWN_ELEMENT, reader, read, "an element is there twice");
            }
            for (long element : read.elements()) {
                ListTransaction owner = owners.get(element);
                if (owner == null) {
                    found(Kind.UNKNOWN_ELEMENT, reader, read, "nobody appended " + ListHistory.describe(element));
                } else if (owner != reader) {
                    readOf(owner, element, reader, read);
                }
            }
        }
    }

    private void readOf(ListTransaction owner, long element, ListTransaction reader, ListTransaction.Read read) {
        boolean stands = owner.appends().values().stream().anyMatch(mine -> mine.contains(element));
        if (owner.outcome == ListTransaction.Outcome.ROLLED_BACK || !stands) {
            found(Kind.ABORTED_READ, reader, read, ListHistory.describe(element) + " was rolled back by " + owner);
            return;
        }
        List<Long> mine = owner.appends().getOrDefault(read.elements().get(0), List.of());
        if (owner.called > read.at() || !read.elements().containsAll(mine)) {
            found(Kind.INTERMEDIATE_READ, reader, read, ListHistory.describe(element) + " is of " + owner + ", which had not finished with " + ListHistory.describe(mine));
        }
    }

    private void found(Kind kind, ListTransaction reader, ListTransaction.Read read, String what) {
        anomalies.add(new Anomaly(kind, reader + " reads page " + read.page() + " @" + ListHistory.at(read.at()) + " as " + ListHistory.describe(read.elements()) + ": " + what));
    }

    // ---- circles

    private void circles(List<ListTransaction> committed, @Nullable ListTransaction last, @Nullable CrashKind kind, long sequence) {
        for (ListTransaction transaction : committed) {
            nodes.put(transaction, nodes.size());
            transaction.reads.forEach(read -> chain(read.elements(), transaction));
            transaction.views().values().forEach(view -> chain(view, transaction));
        }
        if (last != null) {
            nodes.put(last, nodes.size());
            last.reads.forEach(read -> chain(read.elements(), last));
        }
        DependencyGraph graph = new DependencyGraph(nodes.size());
        chains.values().forEach(list -> writes(list, graph));
        nodes.keySet().forEach(reader -> reader.reads.forEach(read -> reads(reader, read, graph)));
        realTime(committed, graph);
        if (last != null) {
            for (ListTransaction transaction : committed) {
                if (transaction.acknowledgedAt(sequence) && ListHistory.promises(transaction, kind == null ? CrashKind.POWER : kind)) {
                    graph.add(nodes.get(transaction), nodes.get(last), Reason.REAL_TIME, "was acknowledged before the crash");
                }
            }
        }
        report(graph);
    }

    private void chain(List<Long> list, ListTransaction who) {
        if (list.isEmpty()) {
            return;
        }
        List<Long> known = chains.getOrDefault(list.get(0), List.of());
        List<Long> shorter = known.size() < list.size() ? known : list;
        List<Long> longer = known.size() < list.size() ? list : known;
        if (!longer.subList(0, shorter.size()).equals(shorter)) {
            anomalies.add(new Anomaly(Kind.LOST_UPDATE, who + " saw " + ListHistory.describe(list) + ", somebody else " + ListHistory.describe(known) + ": neither goes on where the other ends"));
        }
        chains.put(list.get(0), longer);
    }

    private int node(long element) {
        ListTransaction owner = owners.get(element);
        return owner == null ? NOBODY : nodes.getOrDefault(owner, NOBODY);
    }

    private void writes(List<Long> list, DependencyGraph graph) {
        for (int index = 1; index < list.size(); index++) {
            int before = node(list.get(index - 1));
            int after = node(list.get(index));
            if (before != NOBODY && after != NOBODY) {
                graph.add(before, after, Reason.WRITE_WRITE, "appended " + ListHistory.describe(list.get(index - 1)) + ", behind which came " + ListHistory.describe(list.get(index)));
            }
        }
    }

    private void reads(ListTransaction reader, ListTransaction.Read read, DependencyGraph graph) {
        List<Long> list = read.elements();
        if (list.isEmpty()) {
            return;
        }
        long newest = list.get(list.size() - 1);
        int writer = node(newest);
        int me = nodes.get(reader);
        if (writer != NOBODY) {
            graph.add(writer, me, Reason.WRITE_READ, "appended " + ListHistory.describe(newest) + ", which was read");
        }
        List<Long> whole = chains.getOrDefault(list.get(0), List.of());
        if (whole.size() > list.size()) {
            int next = node(whole.get(list.size()));
            if (next != NOBODY) {
                graph.add(me, next, Reason.READ_WRITE, "did not yet read " + ListHistory.describe(whole.get(list.size())));
            }
        }
        for (Map.Entry<ListTransaction, Integer> other : nodes.entrySet()) {
            if (other.getKey().freedLists().containsKey(list.get(0))) {
                graph.add(me, other.getValue(), Reason.READ_WRITE, "read a list before it was freed");
            }
        }
    }

    /** Only the edges that no others imply: whoever ended before all of those who come right before one, comes before it anyway. */
    private void realTime(List<ListTransaction> committed, DependencyGraph graph) {
        List<ListTransaction> answered = committed.stream().filter(transaction -> transaction.outcome == ListTransaction.Outcome.ACKNOWLEDGED)
                .sorted(Comparator.comparingLong(transaction -> transaction.ended)).toList();
        for (ListTransaction later : committed) {
            List<ListTransaction> earlier = answered.stream().filter(transaction -> transaction != later && transaction.ended <= start(later)).toList();
            long newestStart = earlier.stream().mapToLong(IsolationCheck::start).max().orElse(0);
            for (ListTransaction transaction : earlier) {
                if (transaction.ended > newestStart) {
                    graph.add(nodes.get(transaction), nodes.get(later), Reason.REAL_TIME, "had been answered @" + ListHistory.at(transaction.ended));
                }
            }
        }
    }

    /** From when on its place in the order can be: a snapshot's is where it began, all others' where they commit. */
    private static long start(ListTransaction transaction) {
        return transaction.snapshot() ? transaction.began() : transaction.called;
    }

    private void report(DependencyGraph graph) {
        List<Edge> circle = graph.circle(EnumSet.of(Reason.WRITE_WRITE));
        if (circle != null) {
            found(Kind.G0, circle);
            return;
        }
        circle = graph.circle(EnumSet.of(Reason.WRITE_WRITE, Reason.WRITE_READ));
        if (circle != null) {
            found(Kind.G1C, circle);
            return;
        }
        circle = graph.circleWithOne(Reason.READ_WRITE, EnumSet.of(Reason.WRITE_WRITE, Reason.WRITE_READ));
        if (circle != null) {
            found(Kind.G_SINGLE, circle);
            return;
        }
        circle = graph.circle(EnumSet.of(Reason.WRITE_WRITE, Reason.WRITE_READ, Reason.READ_WRITE));
        if (circle != null) {
            found(Kind.G2, circle);
            return;
        }
        circle = graph.circle(EnumSet.allOf(Reason.class));
        if (circle != null) {
            found(Kind.REAL_TIME, circle);
        }
    }

    private void found(Kind kind, List<Edge> circle) {
        Map<Integer, ListTransaction> byNode = new HashMap<>();
        nodes.forEach((transaction, node) -> byNode.put(node, transaction));
        StringBuilder text = new StringBuilder("a circle of ").append(circle.size());
        for (Edge edge : circle) {
            text.append("\n    ").append(byNode.get(edge.from())).append(' ').append(edge.why()).append(": before ").append(byNode.get(edge.to()));
        }
        anomalies.add(new Anomaly(kind, text.toString()));
    }
}
