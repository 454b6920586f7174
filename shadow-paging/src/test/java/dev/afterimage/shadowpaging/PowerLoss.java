package dev.afterimage.shadowpaging;

import dev.afterimage.spitests.disk.ChoiceVector;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Losses of power that come now: what a disk may hold when it is on again. */
final class PowerLoss {
    /** Of each crash point only the two extremes. */
    private static final EnumerationPlan EXTREMES = new EnumerationPlan(false, false, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

    private PowerLoss() {}

    /** Every one that the plan of each build describes. */
    static void forEach(SimulatedDisk disk, Consumer<SimulatedDisk> after) {
        states(disk.trace(), EnumerationPlan.GATE).forEach(state -> after.accept(new SimulatedDisk(state.image())));
    }

    /** One that keeps each unsynced part at random: that many parts are lost at once, and as many kept, is what the plan of each build does not try. */
    static SimulatedDisk any(SimulatedDisk disk, Random random) {
        // One disk in four keeps nearly everything, one nearly nothing: the extremes find the most.
        double keep = new double[] {0.05, 0.5, 0.5, 0.95}[random.nextInt(4)];
        DiskTrace trace = disk.trace();
        int parts = states(trace, EXTREMES).get(0).choice().parts();
        BitSet kept = new BitSet();
        for (int part = 0; part < parts; part++) {
            kept.set(part, random.nextDouble() < keep);
        }
        return new SimulatedDisk(CrashStates.rebuild(trace, trace.syncCompletions(), ChoiceVector.of(kept, parts)));
    }

    /** The states at the end of the trace. */
    private static List<CrashState> states(DiskTrace trace, EnumerationPlan plan) {
        List<CrashState> states = new ArrayList<>();
        CrashStates.forEach(trace, plan, state -> {
            if (state.point() == trace.syncCompletions()) {
                states.add(state);
            }
        });
        return states;
    }
}
