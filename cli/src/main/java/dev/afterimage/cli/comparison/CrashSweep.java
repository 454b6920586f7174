package dev.afterimage.cli.comparison;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.StoreState;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StoreEngine;
import dev.afterimage.spi.StoreEnvironment;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.disk.CrashState;
import dev.afterimage.spitests.disk.CrashStates;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.EnumerationPlan;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;
import org.jspecify.annotations.Nullable;

/**
 * Executes slices of the same payment orders on the simulated disk, and opens the store in every state that a power failure could leave, up to a limit.
 *
 * <p>One thread makes the transfers, so those that survive must be the first k, for a k that counts at least all that were acknowledged.
 */
final class CrashSweep {
    private static final int TRANSFERS_PER_ROUND = 24;
    private static final long STATES_PER_ROUND_MAX = 2_500;
    private static final int PAGE_BYTES = StoreConfig.PAGE_SIZE_MIN;
    private static final int CACHE_PAGES = 64;

    private final ComparisonPlan plan;
    private final RecoveryStrategyProvider strategy;
    private final StoreEngine engine;
    private long states;
    private long lost;
    private long torn;
    private @Nullable String firstProblem;

    CrashSweep(ComparisonPlan plan, RecoveryStrategyProvider strategy) {
        this.plan = plan;
        this.strategy = strategy;
        this.engine = ServiceLoader.load(StoreEngine.class).findFirst()
                .orElseThrow(() -> new IllegalStateException("no engine found on the module path"));
    }

    /**
     * What the sweep showed.
     *
     * @param states distinct crash states opened and read
     * @param lost acknowledged transfers that were not there
     * @param torn states with half a transfer, an unconserved sum, or a store that would not open
     * @param firstProblem the first that was found, if any was
     */
    record Outcome(long states, long lost, long torn, @Nullable String firstProblem) {
    }

    Outcome run(Progress progress) {
        for (int round = 0; states < plan.crashStates(); round++) {
            long before = states;
            runRound(round, progress);
            if (states == before) {
                throw new IllegalStateException("the simulated disk offered no crash state");
            }
        }
        return new Outcome(states, lost, torn, firstProblem);
    }

    private void runRound(int round, Progress progress) {
        List<PaymentOrder> all = plan.orders().orders();
        List<PaymentOrder> slice = new ArrayList<>();
        for (int i = 0; i < TRANSFERS_PER_ROUND; i++) {
            slice.add(all.get((int) (((long) round * TRANSFERS_PER_ROUND + i) % all.size())));
        }
        SimulatedDisk made = new SimulatedDisk();
        try (PageStore store = open(made)) {
            Ledger.create(store, new PaymentOrders(plan.orders().source(), slice).accounts(), 1);
        }
        SimulatedDisk disk = new SimulatedDisk(made.asIssued());
        long[] acknowledgedAt = execute(disk, slice, round);
        long left = plan.crashStates() - states;
        sweep(disk.trace(), acknowledgedAt, Math.min(left, STATES_PER_ROUND_MAX), progress, round);
    }

    /** Makes the transfers and returns the sequence number at which each was acknowledged. */
    private long[] execute(SimulatedDisk disk, List<PaymentOrder> slice, int round) {
        SplittableRandom random = new SplittableRandom(plan.seed() + round);
        int checkpointAfter = random.nextInt(slice.size());
        long[] acknowledgedAt = new long[slice.size()];
        try (PageStore store = open(disk)) {
            Ledger ledger = Ledger.open(store);
            for (int transfer = 0; transfer < slice.size(); transfer++) {
                ledger.transfer(0, transfer, slice.get(transfer), plan.durability());
                acknowledgedAt[transfer] = disk.now();
                if (transfer == checkpointAfter) {
                    store.checkpoint();
                }
            }
        }
        return acknowledgedAt;
    }

    private void sweep(DiskTrace trace, long[] acknowledgedAt, long limit, Progress progress, int round) {
        CrashStates.forEach(trace, EnumerationPlan.GATE.withStatesInAll(limit), state -> {
            check(state, acknowledgedAt, round);
            progress.at(++states, plan.crashStates());
        });
    }

    private void check(CrashState state, long[] acknowledgedAt, int round) {
        BitSet mustBeThere = new BitSet();
        for (int transfer = 0; transfer < acknowledgedAt.length && plan.durability() == Durability.POWER_SAFE; transfer++) {
            mustBeThere.set(transfer, acknowledgedAt[transfer] <= state.sequence());
        }
        SimulatedDisk disk = new SimulatedDisk(state.image());
        disk.recording(false);
        try (PageStore store = open(disk)) {
            LedgerAudit audit = LedgerAudit.of(Ledger.open(store));
            boolean prefix = audit.applied().length() == audit.applied().cardinality();
            count(audit.lost(mustBeThere), audit.torn() + (prefix ? 0 : 1), "round " + round + ", " + state);
        } catch (RuntimeException e) {
            count(0, 1, "round " + round + ", " + state + ": " + e);
        }
    }

    private void count(long lostHere, long tornHere, String where) {
        lost += lostHere;
        torn += tornHere;
        if (firstProblem == null && lostHere + tornHere > 0) {
            firstProblem = strategy.name() + ": " + lostHere + " lost, " + tornHere + " torn in " + where;
        }
    }

    private PageStore open(Disk disk) {
        StoreConfig config = StoreConfig.at("simulated:" + strategy.name())
                .strategy(strategy.name())
                .pageSize(PAGE_BYTES)
                .cacheBytes((long) CACHE_PAGES * PAGE_BYTES)
                .durability(plan.durability())
                .build();
        StillTasks tasks = new StillTasks();
        PageStore store = engine.open(config, StoreEnvironment.REAL.withDisk(disk).withStrategy(strategy).withTasks(tasks)
                .withTime(new SteppedTime()).withRandom(new SplittableRandom(plan.seed())));
        // What is rolled back after opening would keep its pages locked for ever where nothing runs in the background.
        while (store.state() == StoreState.OPEN && store.statistics().transactionsRollingBack() > 0) {
            tasks.run(RecoveredTransaction.TASK);
        }
        return store;
    }
}
