package dev.afterimage.spitests.watch;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskWatcher;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.monitor.Monitor;
import org.jspecify.annotations.Nullable;

/**
 * Watches a store's protocol while it runs, by {@link Monitor}, and keeps the first call that broke it.
 *
 * <p>The invariant behind most of them: at every moment <em>some legal state has a durable copy of each of its values</em>, a witness. A call is only looked at closely if it takes a durable copy away, and then only whether
 * the witness survives, or another can take its place. What is found is kept until {@link #requireKept()}: an exception thrown into a store's write would be taken for the disk's.
 *
 * <p>Safe for many threads.
 */
public final class ProtocolWatch implements DiskWatcher {
    /** Slots of a page that a value must fill to be watched. */
    public static final int WIDE = 3;

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Monitor> monitors;
    private final String strategyPackage;
    private final Homes homes;
    private final Map<Long, Long> pageOfTag = new HashMap<>();
    private final Map<PageContent, Set<Long>> wide = new HashMap<>();
    private DurableCopies copies;
    private LongFunction<History.Legal> legal = sequence -> new History.Legal(List.of(), "");
    private IntFunction<History.@Nullable Fate> fate = transaction -> null;
    private @Nullable CommitRecord witness;
    private Set<Long> witnessValues = Set.of();
    private @Nullable GuiltyCall lastChange;
    private long calls;
    private PointerWrites pointers = new PointerWrites();
    private long watched;
    private long stolen;
    private long usedAgain;
    private @Nullable Violation violation;

    /**
     * A watch for one run.
     *
     * @param strategy whose frames are named, and whose traits say what applies
     * @param monitors what to watch, as far as it applies
     * @param homes where its pages live, if that is known
     */
    public ProtocolWatch(RecoveryStrategyProvider strategy, Set<Monitor> monitors, Homes homes) {
        this.strategyPackage = strategy.getClass().getPackageName();
        this.monitors = EnumSet.noneOf(Monitor.class);
        monitors.stream().filter(monitor -> monitor.appliesTo(strategy.traits())).forEach(this.monitors::add);
        this.homes = homes;
        homes.pageOfTag(tag -> pageOfTag.getOrDefault(tag, -1L));
        copies = new DurableCopies(new SimulatedDisk().trace(), pageOfTag::containsKey, homes);
    }

    /**
     * A disk is watched from now on; what it held when its trace began counts as durable.
     *
     * @param disk where the store will be, or is
     * @param states what is legal after a power loss, at a place of its time line
     * @param fates what became of a transaction
     */
    public void begins(SimulatedDisk disk, LongFunction<History.Legal> states, IntFunction<History.@Nullable Fate> fates) {
        lock.lock();
        try {
            legal = states;
            fate = fates;
            copies = new DurableCopies(disk.trace(), pageOfTag::containsKey, homes);
            pointers = new PointerWrites();
            calls = 0;
            lastChange = null;
            witness = null;
            witnessValues = Set.of();
        } finally {
            lock.unlock();
        }
        disk.watch(this);
    }

    /** The same disk, with other books. */
    public void goesOn(LongFunction<History.Legal> states, IntFunction<History.@Nullable Fate> fates) {
        lock.lock();
        try {
            legal = states;
            fate = fates;
            witness = null;
            witnessValues = Set.of();
        } finally {
            lock.unlock();
        }
    }

    /** A value is about to be written into a page. */
    public void issued(long tag, long page) {
        lock.lock();
        try {
            pageOfTag.put(tag, page);
        } finally {
            lock.unlock();
        }
    }

    /** How many changing calls and syncs were watched. */
    public long watched() {
        return watched;
    }

    /** How many calls wrote over values that lay elsewhere than at home, or removed a file of them: space used again. */
    public long usedAgain() {
        return usedAgain;
    }

    /** How many values of unfinished transactions were written over others at pages' homes. */
    public long stolen() {
        return stolen;
    }

    /**
     * Says what was found.
     *
     * @throws Violation naming the call
     */
    public void requireKept() {
        lock.lock();
        try {
            if (violation != null) {
                throw violation;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void happened(DiskEvent event) {
        if (event instanceof DiskEvent.SyncBegun) {
            return;
        }
        lock.lock();
        try {
            if (violation == null) {
                watched++;
                look(event, GuiltyCall.of(++calls, event, strategyPackage));
            }
        } finally {
            lock.unlock();
        }
    }

    private void look(DiskEvent event, GuiltyCall call) {
        if (event instanceof DiskEvent.Written written) {
            homes.within(written.name(), written.position(), written.position() + written.length()).forEach((home, page) -> overwritten(written, call, home, page));
        }
        copies.apply(event, call);
        pointers.happened(event, copies.wroteValues());
        if (event instanceof DiskEvent.SyncEnded) {
            return; // what only becomes certain takes nothing away
        }
        lastChange = call;
        usedAgain += copies.lessenedElsewhere().isEmpty() ? 0 : 1;
        long now = event.call().returned();
        if (monitors.contains(Monitor.CHECKPOINT_BEFORE_RECYCLING) && event instanceof DiskEvent.Written) {
            recycled(call, now);
        }
        for (long tag : copies.lessened()) {
            if (copies.copies(tag) == 0 && witnessValues.contains(tag)) {
                if (!findWitness(now)) {
                    tookLastCopy(call, now);
                }
                return;
            }
        }
    }

    /** A write covers the home of a page: which of its values are new there? */
    private void overwritten(DiskEvent.Written written, GuiltyCall call, long home, long page) {
        Map<Long, Integer> slots = new HashMap<>();
        boolean replaces = false;
        for (int slot = 0; slot < PageContent.SLOTS; slot++) {
            long place = homes.place(home, slot);
            long before = copies.newest(written.name(), place);
            long sector = place / WatchedFile.SECTOR - written.sectors().first();
            long after = TaggedSector.of(written.sectors().bytes((int) sector), pageOfTag::containsKey).at((int) (place % WatchedFile.SECTOR));
            if (after != 0 && after != before) {
                slots.merge(after, 1, Integer::sum);
                replaces |= before != 0;
            }
        }
        for (Map.Entry<Long, Integer> slot : slots.entrySet()) {
            if (slot.getValue() >= WIDE && pageOfTag.getOrDefault(slot.getKey(), -1L) == page) {
                newAtHome(call, page, slot.getKey(), replaces, written.call().returned());
            }
        }
    }

    private void newAtHome(GuiltyCall call, long page, long tag, boolean replaces, long now) {
        History.Fate become = fate.apply(PageContent.transactionOf(tag));
        boolean unfinished = become == History.Fate.ACTIVE || become == History.Fate.ROLLED_BACK;
        if (unfinished) {
            stolen++;
            if (monitors.contains(Monitor.NOTHING_STOLEN)) {
                found(Monitor.NOTHING_STOLEN, call + ": expected nothing of a transaction that has not committed at a page's home, for the strategy declares no steal; found "
                        + PageContent.describe(tag) + ", " + become + ", in page " + page);
            }
        }
        // What is not finished may go home without being in the log itself, if what is owed of that page can be put back.
        boolean canBeUndone = unfinished && owed(page, now).stream().allMatch(value -> copies.copiesElsewhere(value) > 0);
        if (replaces && !canBeUndone && monitors.contains(Monitor.LOG_BEFORE_DATA) && copies.copiesInLog(tag) == 0) {
            found(Monitor.LOG_BEFORE_DATA, call + ": expected that the new value of page " + page + " is durable in the log before it goes home" + (unfinished ? ", or what is owed of that page; " : "; ") + PageContent.describe(tag)
                    + whereabouts(tag));
        }
    }

    /** A write took away the last durable copies, beside their homes, of some values. */
    private void recycled(GuiltyCall call, long now) {
        for (long tag : copies.lessenedElsewhere()) {
            if (copies.copiesInLog(tag) == 0 && copies.sinceAtHome(tag) != Long.MIN_VALUE && copies.sinceAtHome(tag) < Long.MAX_VALUE
                    && pointers.newestDurable() < copies.sinceAtHome(tag) && isOwed(tag, now)) {
                found(Monitor.CHECKPOINT_BEFORE_RECYCLING, call + ": it overwrites the last copy in the log of " + PageContent.describe(tag) + " of page " + pageOfTag.get(tag)
                        + ", which went home durably at " + copies.sinceAtHome(tag) + "; expected that something which says so became durable since, found nothing written after "
                        + pointers.newestDurable());
                return;
            }
        }
    }

    private Set<Long> owed(long page, long now) {
        List<CommitRecord> states = legal.apply(now).states();
        PageContent content = states.isEmpty() ? null : states.get(0).after().page(page);
        return content == null ? Set.of() : wideValues(content);
    }

    private boolean isOwed(long tag, long now) {
        List<CommitRecord> states = legal.apply(now).states();
        return !states.isEmpty() && values(states.get(0).after()).contains(tag);
    }

    /** More is owed than before, or less is legal: does some legal state have all its values durable? */
    public void promised(long now, String by) {
        lock.lock();
        try {
            if (violation == null && !findWitness(now) && monitors.contains(Monitor.ANSWER_AFTER_DURABLE)) {
                CommitRecord owed = legal.apply(now).states().get(0);
                long missing = missing(owed);
                found(Monitor.ANSWER_AFTER_DURABLE, by + " came after " + (lastChange == null ? "no disk call" : lastChange) + ": expected a durable copy of each value of the state after " + owed
                        + "; " + PageContent.describe(missing) + " of page " + pageOfTag.get(missing) + whereabouts(missing));
            }
        } finally {
            lock.unlock();
        }
    }

    /** A commit was answered power-safe. */
    public void answered(CommitRecord commit) {
        lock.lock();
        try {
            GuiltyCall point = lastChange;
            if (violation != null || point == null || point.started() <= commit.called() || !monitors.contains(Monitor.VALUES_BEFORE_COMMIT_POINT)) {
                return;
            }
            for (long tag : values(commit.after())) {
                if (PageContent.transactionOf(tag) == commit.transaction() && copies.since(tag) >= point.started()) {
                    found(Monitor.VALUES_BEFORE_COMMIT_POINT, point + ": it is the last change before the answer to " + commit + ", so a power loss may leave it and nothing else; expected all values of that commit to be durable before, "
                            + PageContent.describe(tag) + " of page " + pageOfTag.get(tag) + (copies.copies(tag) == 0 ? whereabouts(tag) : " became so at " + copies.since(tag) + " only, and the call began at " + point.started()));
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void tookLastCopy(GuiltyCall call, long now) {
        if (monitors.contains(Monitor.LAST_COPY)) {
            CommitRecord owed = legal.apply(now).states().get(0);
            String taken = copies.lessened().stream().filter(tag -> copies.copies(tag) == 0 && witnessValues.contains(tag)).sorted()
                    .map(tag -> PageContent.describe(tag) + " of page " + pageOfTag.get(tag)).collect(Collectors.joining(", "));
            found(Monitor.LAST_COPY, call + ": it takes the last durable copy of " + taken + "; expected that at every moment some legal state has a durable copy of each of its values, found none from the one after " + owed + " on");
        }
    }

    private String whereabouts(long tag) {
        List<GuiltyCall> undecided = copies.undecided(tag);
        return undecided.isEmpty() ? " lies nowhere on the disk" : " is only in what no sync has covered: " + undecided.get(undecided.size() - 1);
    }

    private boolean findWitness(long now) {
        for (CommitRecord state : legal.apply(now).states()) {
            if (state == witness && witnessValues.stream().allMatch(tag -> copies.copies(tag) > 0)) {
                return true;
            }
            Set<Long> all = values(state.after());
            if (all.stream().allMatch(tag -> copies.copies(tag) > 0)) {
                witness = state;
                witnessValues = all;
                return true;
            }
        }
        return false;
    }

    private long missing(CommitRecord state) {
        return values(state.after()).stream().filter(tag -> copies.copies(tag) == 0).sorted().findFirst().orElse(0L);
    }

    private Set<Long> values(CommittedState state) {
        Set<Long> all = new HashSet<>();
        for (long page : state.pages()) {
            all.addAll(wide.computeIfAbsent(Objects.requireNonNull(state.page(page)), ProtocolWatch::wideValues));
        }
        return all;
    }

    private static Set<Long> wideValues(PageContent content) {
        Map<Long, Integer> slots = new HashMap<>();
        for (int slot = 0; slot < PageContent.SLOTS; slot++) {
            if (content.tag(slot) != 0) {
                slots.merge(content.tag(slot), 1, Integer::sum);
            }
        }
        slots.values().removeIf(count -> count < WIDE);
        return Set.copyOf(slots.keySet());
    }

    private void found(Monitor monitor, String finding) {
        if (violation == null) {
            violation = new Violation(monitor.rule(), "monitor " + monitor + ": " + finding, null);
        }
    }
}
