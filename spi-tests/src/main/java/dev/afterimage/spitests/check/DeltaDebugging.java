package dev.afterimage.spitests.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a list that fails small: ddmin, in the form that leaves out parts only (Zeller and Hildebrandt, IEEE TSE 2002). */
final class DeltaDebugging {
    private DeltaDebugging() {
    }

    /**
     * A sublist that still fails, of which no part that was tried can be left out.
     *
     * @param items a list that fails
     * @param fails whether a sublist does; whoever runs out of time says no from then on
     */
    static <T> List<T> minimize(List<T> items, Predicate<List<T>> fails) {
        List<T> left = items;
        int parts = 2;
        while (!left.isEmpty()) {
            int size = Math.max(1, left.size() / parts);
            List<T> smaller = null;
            // From the end: what came last is the likeliest to be of no importance.
            for (int to = left.size(); to > 0 && smaller == null; to -= size) {
                List<T> without = new ArrayList<>(left.subList(0, Math.max(0, to - size)));
                without.addAll(left.subList(to, left.size()));
                smaller = fails.test(without) ? without : null;
            }
            if (smaller != null) {
                left = smaller;
                parts = Math.max(2, parts - 1);
            } else if (size == 1) {
                return left;
            } else {
                parts = Math.min(left.size(), parts * 2);
            }
        }
        return left;
    }
}
