package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.EnumerationCounts;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;

/**
 * A script of commits on a disk that may lose power at any moment, and the check that whatever it leaves is recovered to a prefix of the commits that holds all that was
 * acknowledged; with recovery itself cut short as well, and once more after that.
 */
final class CrashScript {
    private static final int PAGES = 12;

    final SimulatedDisk disk;
    final SmallStore store;
    private final int frames;
    /** What the pages hold after so many commits. */
    private final List<Map<Long, Long>> states = new ArrayList<>();
    /** When the commit of that number was called and when it was acknowledged, in sequence numbers of the disk. */
    private final List<Long> called = new ArrayList<>();
    private final List<Long> acknowledged = new ArrayList<>();

    private CrashScript(int frames, Consumer<SmallStore> before) {
        this.frames = frames;
        SimulatedDisk first = new SimulatedDisk();
        SmallStore made = SmallStore.create(first, frames);
        before.accept(made);
        Map<Long, Long> state = new TreeMap<>();
        for (long page = 0; page < PAGES; page++) {
            state.put(page, made.get(page));
        }
        states.add(state);
        made.close();
        // From here on everything issued so far counts as durable, so that the states are about the script and not about the making of the store.
        disk = new SimulatedDisk(first.asIssued());
        store = SmallStore.open(disk, frames);
    }

    /** A store in which {@code before} has been done and is durable; page 0 must exist. */
    static CrashScript after(int frames, Consumer<SmallStore> before) {
        return new CrashScript(frames, before);
    }

    /** Commits a value, and waits until it is safe. */
    void put(long page, long value) {
        commit(Durability.POWER_SAFE, transaction -> transaction.put(page, 0, value));
    }

    /** Commits what {@code work} does. */
    void commit(Durability level, Consumer<SmallStore.Transaction> work) {
        SmallStore.Transaction transaction = store.begin();
        work.accept(transaction);
        Map<Long, Long> state = new TreeMap<>();
        for (long page = 0; page < PAGES; page++) {
            state.put(page, transaction.get(page, 0));
        }
        called.add(disk.now());
        var ticket = transaction.commit(level);
        states.add(state);
        ticket.await();
        acknowledged.add(level == Durability.POWER_SAFE ? disk.now() : Long.MAX_VALUE);
    }

    /** Looks at every crash state of the plan, with recovery crashed again as often as {@code depth} says. */
    EnumerationCounts sweep(EnumerationPlan plan, int depth) {
        EnumerationCounts counts = CrashStates.enumerate(disk.trace(), plan, this::obligations, state -> check(state, depth));
        assertTrue(counts.visited() > 1, counts.toString());
        store.close();
        assertEquals(0, disk.openFiles());
        return counts;
    }

    /** The same with the closing of the store as part of the script. */
    EnumerationCounts sweepWithClosing(EnumerationPlan plan) {
        store.close();
        EnumerationCounts counts = CrashStates.enumerate(disk.trace(), plan, this::obligations, state -> check(state, 0));
        assertTrue(counts.visited() > 1, counts.toString());
        return counts;
    }

    private long obligations(long sequence) {
        return least(sequence) * 1000L + most(sequence);
    }

    /** Number of the last commit that must be there: it, or a later one, was acknowledged. */
    private int least(long sequence) {
        int least = 0;
        for (int commit = 0; commit < acknowledged.size(); commit++) {
            if (acknowledged.get(commit) <= sequence) {
                least = commit + 1;
            }
        }
        return least;
    }

    /** Number of the last commit that may be there. */
    private int most(long sequence) {
        return (int) called.stream().filter(at -> at <= sequence).count();
    }

    private void check(CrashState crash, int depth) {
        try {
            check(crash.image(), least(crash.sequence()), most(crash.sequence()), depth);
        } catch (Throwable t) {
            throw new AssertionError(crash.toString(), t);
        }
    }

    private void check(DiskImage image, int least, int most, int depth) {
        SimulatedDisk rebooted = new SimulatedDisk(image);
        int found;
        try (SmallStore recovered = SmallStore.open(rebooted, frames)) {
            found = committed(recovered, least, most);
            if (depth > 0) {
                CrashStates.forEach(rebooted.trace(), EnumerationPlan.GATE.withStatesPerPoint(40), again -> check(again.image(), found, found, depth - 1));
            }
            recovered.put(0, 4711);
            assertEquals(4711, read(new SimulatedDisk(rebooted.asIssued()), 0), "what is committed after recovery survives a kill");
        }
        assertEquals(0, rebooted.openFiles());
    }

    private long read(SimulatedDisk killed, long page) {
        try (SmallStore again = SmallStore.open(killed, frames)) {
            return again.get(page);
        }
    }

    /** Which prefix of the commits the store holds; fails if none, or too few or too many. */
    private int committed(SmallStore recovered, int least, int most) {
        Map<Long, Long> found = new TreeMap<>();
        for (long page = 0; page < PAGES; page++) {
            found.put(page, recovered.get(page));
        }
        for (int commits = most; commits >= least; commits--) {
            if (states.get(commits).equals(found)) {
                return commits;
            }
        }
        throw new AssertionError("found " + found + ", which is none of the states after " + least + " to " + most + " commits: " + states);
    }
}
