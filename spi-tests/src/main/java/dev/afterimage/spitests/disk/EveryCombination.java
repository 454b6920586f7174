package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/** E2: every legal state, where there are few enough: all {@link Alternatives} of everything that is undecided. */
final class EveryCombination implements ChoiceGenerator {
    private final EnumerationPlan plan;

    EveryCombination(EnumerationPlan plan) {
        this.plan = plan;
    }

    @Override
    public boolean coversAll(CrashPoint point) {
        return !choices(point).isEmpty();
    }

    @Override
    public void generate(CrashPoint point, ChoiceSink sink) {
        List<List<BitSet>> choices = choices(point);
        if (!choices.isEmpty()) {
            product(choices, fates -> point.offer(fates, sink));
        }
    }

    /** Takes one of each list in every way, and hands over what they are together. */
    static void product(List<List<BitSet>> choices, Consumer<BitSet> taker) {
        int[] turn = new int[choices.size()];
        while (true) {
            BitSet fates = new BitSet();
            for (int i = 0; i < turn.length; i++) {
                fates.or(choices.get(i).get(turn[i]));
            }
            taker.accept(fates);
            int i = 0;
            while (i < turn.length && ++turn[i] == choices.get(i).size()) {
                turn[i++] = 0;
            }
            if (i == turn.length) {
                return;
            }
        }
    }

    /** For each thing that is decided by itself its alternatives; empty if there are too many combinations. */
    private List<List<BitSet>> choices(CrashPoint point) {
        Alternatives alternatives = new Alternatives(point, plan.trash());
        List<List<BitSet>> choices = new ArrayList<>(alternatives.ofBytes().values());
        choices.addAll(alternatives.ofLengths(plan.productLimit()));
        long product = 1;
        for (List<BitSet> choice : choices) {
            product *= choice.size();
            if (product > plan.productLimit()) {
                return List.of();
            }
        }
        List<BitSet> names = alternatives.ofNames(plan.productLimit() / product);
        if (names.isEmpty()) {
            return List.of();
        }
        choices.add(names);
        return choices;
    }
}
