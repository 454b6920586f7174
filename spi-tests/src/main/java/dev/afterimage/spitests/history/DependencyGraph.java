package dev.afterimage.spitests.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Who must come before whom, and why: nodes from 0, edges of four kinds, and the circles among them (strongly connected components by Tarjan, SIAM J. Comput. 1972). */
final class DependencyGraph {
    /** Why one comes before another. */
    enum Reason {
        /** It wrote a version, the other the next one. */
        WRITE_WRITE,
        /** It wrote what the other read. */
        WRITE_READ,
        /** It read what the other overwrote. */
        READ_WRITE,
        /** It had ended when the other had not begun. */
        REAL_TIME
    }

    /** One edge. */
    record Edge(int from, int to, Reason reason, String why) {
    }

    private final List<List<Edge>> edges = new ArrayList<>();

    DependencyGraph(int nodes) {
        for (int node = 0; node < nodes; node++) {
            edges.add(new ArrayList<>());
        }
    }

    void add(int from, int to, Reason reason, String why) {
        if (from != to) {
            edges.get(from).add(new Edge(from, to, reason, why));
        }
    }

    /** A shortest circle of these edges, or null. */
    @Nullable List<Edge> circle(Set<Reason> reasons) {
        int[] component = components(reasons);
        for (List<Edge> out : edges) {
            for (Edge edge : out) {
                if (reasons.contains(edge.reason) && component[edge.from] == component[edge.to]) {
                    return close(edge, reasons);
                }
            }
        }
        return null;
    }

    /** A circle with exactly one edge of a reason, the others of other reasons; or null. */
    @Nullable List<Edge> circleWithOne(Reason single, Set<Reason> others) {
        Set<Reason> all = EnumSet.copyOf(others);
        all.add(single);
        int[] component = components(all);
        for (List<Edge> out : edges) {
            for (Edge edge : out) {
                if (edge.reason == single && component[edge.from] == component[edge.to]) {
                    List<Edge> circle = close(edge, others);
                    if (circle != null) {
                        return circle;
                    }
                }
            }
        }
        return null;
    }

    /** The edge and a shortest way back from its end to its start; null if there is none. */
    private @Nullable List<Edge> close(Edge first, Set<Reason> reasons) {
        Edge[] cameBy = new Edge[edges.size()];
        Deque<Integer> open = new ArrayDeque<>(List.of(first.to));
        while (!open.isEmpty()) {
            int node = open.poll();
            for (Edge edge : edges.get(node)) {
                if (reasons.contains(edge.reason) && cameBy[edge.to] == null && edge.to != first.to) {
                    cameBy[edge.to] = edge;
                    open.add(edge.to);
                }
            }
        }
        if (cameBy[first.from] == null) {
            return null;
        }
        List<Edge> way = new ArrayList<>();
        for (int node = first.from; node != first.to; node = cameBy[node].from) {
            way.add(0, cameBy[node]);
        }
        way.add(0, first);
        return way;
    }

    /** The component of each node; without recursion, for histories are long. */
    private int[] components(Set<Reason> reasons) {
        Tarjan tarjan = new Tarjan(reasons);
        for (int node = 0; node < edges.size(); node++) {
            if (tarjan.index[node] == 0) {
                tarjan.visit(node);
            }
        }
        return tarjan.component;
    }

    private final class Tarjan {
        private final Set<Reason> reasons;
        private final int[] index = new int[edges.size()];
        private final int[] low = new int[edges.size()];
        private final int[] next = new int[edges.size()];
        private final boolean[] onStack = new boolean[edges.size()];
        private final int[] component = new int[edges.size()];
        private final Deque<Integer> stack = new ArrayDeque<>();
        private int counter;
        private int found;

        Tarjan(Set<Reason> reasons) {
            this.reasons = reasons;
        }

        void visit(int root) {
            Deque<Integer> path = new ArrayDeque<>();
            enter(root, path);
            while (!path.isEmpty()) {
                int node = path.peek();
                if (next[node] < edges.get(node).size()) {
                    Edge edge = edges.get(node).get(next[node]++);
                    if (!reasons.contains(edge.reason)) {
                        continue;
                    }
                    if (index[edge.to] == 0) {
                        enter(edge.to, path);
                    } else if (onStack[edge.to]) {
                        low[node] = Math.min(low[node], index[edge.to]);
                    }
                } else {
                    leave(node, path);
                }
            }
        }

        private void enter(int node, Deque<Integer> path) {
            index[node] = ++counter;
            low[node] = counter;
            stack.push(node);
            onStack[node] = true;
            path.push(node);
        }

        private void leave(int node, Deque<Integer> path) {
            path.pop();
            if (!path.isEmpty()) {
                low[path.peek()] = Math.min(low[path.peek()], low[node]);
            }
            if (low[node] == index[node]) {
                found++;
                int member;
                do {
                    member = stack.pop();
                    onStack[member] = false;
                    component[member] = found;
                } while (member != node);
            }
        }
    }
}
