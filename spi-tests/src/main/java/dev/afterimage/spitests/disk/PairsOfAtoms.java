package dev.afterimage.spitests.disk;

import java.util.BitSet;
import java.util.List;

/**
 * E1 with two atoms: everything but two writes, lengths or names; and nothing but two, with what they cannot do without and once more with what makes them visible.
 *
 * <p>With the states of {@link SingleAtoms} and {@link AllOrNothing} these are the 2 (1 + n + n (n - 1) / 2) of n writes. No ordering bug is known that takes
 * more than two (CrashMonkey, OSDI 2018).
 */
final class PairsOfAtoms implements ChoiceGenerator {
    private final EnumerationPlan plan;

    PairsOfAtoms(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        if (plan.distance() < 2) {
            return;
        }
        List<CrashPoint.Range> atoms = point.atoms();
        for (int second = 1; second < atoms.size(); second++) {
            for (int first = 0; first < second; first++) {
                CrashPoint.Range one = atoms.get(first);
                CrashPoint.Range other = atoms.get(second);
                point.offer(() -> all(point, one, other), sink);
                for (boolean visible : new boolean[] {false, true}) {
                    point.offer(() -> Alternatives.or(SingleAtoms.closed(point, one, visible), SingleAtoms.closed(point, other, visible)), sink);
                }
            }
        }
    }

    private static BitSet all(CrashPoint point, CrashPoint.Range one, CrashPoint.Range other) {
        BitSet kept = point.dropping(one).kept();
        kept.clear(other.from(), other.to());
        return kept;
    }
}
