package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreState;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.disk.SyncFailure;
import dev.afterimage.spitests.history.ListHistory;
import dev.afterimage.spitests.history.ListTransaction;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.schedule.TurnDisk;
import dev.afterimage.spitests.schedule.TurnParking;
import dev.afterimage.spitests.schedule.Turns;
import dev.afterimage.spitests.schedule.Twin;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;
import org.jspecify.annotations.Nullable;

/**
 * Plays a {@link ThreadsWorkload}: a store is made, with a few lists that all threads share; they work, with one thread more for all background tasks; then the power fails.
 *
 * <p>Scheduled, on a {@link Twin} of the strategy; free, on the strategy itself, on a disk whose syncs take a little time.
 */
public final class ThreadsRun {
    private static final int TRANSACTIONS = 60;
    private static final Duration SYNC = Duration.ofNanos(20_000);
    private static final Duration PAST_EVERY_WINDOW = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long BACKGROUND_NAP_NANOS = 100_000;

    private final StoreUnderTest subject;
    private final ThreadsWorkload workload;
    private final @Nullable Twin twin;
    private final SimulatedDisk disk;
    private final ListHistory history = new ListHistory();
    private final StillTasks tasks = new StillTasks();
    private final SteppedTime time = new SteppedTime();
    private final List<Long> shared = new ArrayList<>();
    private final List<Long> known = new CopyOnWriteArrayList<>();
    private final AtomicInteger ticks = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger working = new AtomicInteger();
    private boolean mayFail;
    private volatile boolean failed;
    private @Nullable PageStore store;

    /**
     * What was played.
     *
     * @param trace what the disk was asked
     * @param history what the threads did and saw
     * @param pages every page that anybody was ever given
     * @param schedule a number that equal schedules share; 0 for threads that ran free
     * @param steps how often the turn could have gone to somebody else
     * @param switches how often it did
     * @param hiddenWaits how often somebody waited unseen
     * @param refusals transactions that the store ended, to break a deadlock
     */
    public record Played(DiskTrace trace, ListHistory history, TreeSet<Long> pages, long schedule, long steps, long switches, int hiddenWaits, int refusals) {
        /** A text that is the same for runs in which the disk was asked the same, and the threads saw the same. */
        public String fingerprint() {
            return HexFormat.of().toHexDigits(schedule) + " " + trace.events().size() + " calls " + HexFormat.of().toHexDigits(trace.toString().hashCode()) + " " + history.transactions().size()
                    + " transactions " + HexFormat.of().toHexDigits(history.transactions().toString().hashCode());
        }
    }

    /** A run to come; without a twin nobody can schedule it. */
    public ThreadsRun(StoreUnderTest subject, ThreadsWorkload workload, Optional<Twin> twin) {
        this.subject = subject;
        this.workload = workload;
        this.twin = workload.order() == ThreadsWorkload.Order.SCHEDULED ? twin.orElseThrow() : null;
        this.disk = new SimulatedDisk(DiskImage.EMPTY, subject.profile());
    }

    /**
     * Plays it.
     *
     * @throws Violation if a thread finds a rule broken, or none comes forward
     */
    public Played play() {
        Seed seed = new Seed(workload.seed());
        SplittableRandom chance = seed.workload();
        SplittableRandom opening = chance.split();
        SplittableRandom faults = seed.faults();
        StoreUnderTest.Surroundings surroundings = new StoreUnderTest.Surroundings(time, tasks, opening, StoreListener.NONE);
        Disk seen = twin == null ? disk : new TurnDisk(disk);
        store = twin == null ? subject.open(disk, OpenMode.CREATE, surroundings) : subject.open(twin, seen, OpenMode.CREATE, surroundings);
        prepare();
        disk.recording(false);
        disk.recording(true);
                if (faults.nextInt(8) == 0) {
            mayFail = true;
            disk.faults().failSync(name -> true, faults.nextInt(40), SyncFailure.CLEAN_NEW);
        }
        if (twin == null) {
            disk.syncTakes(SYNC);
            if (faults.nextBoolean()) {
                mayFail = true;
                disk.faults().powerOffAtChange(50 + faults.nextInt(800));
            }
        }
        try {
            Played played = twin == null ? playFree(chance) : playScheduled(chance, seed.schedule().nextLong());
            letGo();
            return played;
        } finally {
            disk.powerOff();
        }
    }

    private void prepare() {
        ListTransaction first = history.begin("set-up", false, now());
        try (Transaction transaction = store().begin()) {
            for (int count = 0; count < workload.lean().lists(); count++) {
                try (WritablePage page = count == 0 ? transaction.write(store().rootPageId()) : transaction.allocate()) {
                    long element = first.nextElement();
                    ListPage.append(page, 0, element);
                    first.allocated(page.id(), element);
                    shared.add(page.id());
                    known(page.id());
                }
            }
            first.called(Durability.POWER_SAFE, now());
            transaction.commit(Durability.POWER_SAFE);
            first.acknowledged(now());
        }
    }

    private List<Runnable> works(SplittableRandom seeds) {
        int workers = lean().workers() + (lean().workers() > 2 ? seeds.nextInt(2) : 0);
        int each = 8 + seeds.nextInt(TRANSACTIONS / workers);
        working.set(workers);
        List<Runnable> works = new ArrayList<>();
        for (int number = 1; number <= workers; number++) {
            ListWorker worker = new ListWorker(this, "worker " + number, each, seeds.split());
            works.add(() -> {
                try {
                    worker.run();
                } finally {
                    working.decrementAndGet();
                }
            });
        }
        SplittableRandom mine = seeds.split();
        works.add(() -> background(mine));
        return works;
    }

    private Played playScheduled(SplittableRandom seeds, long schedule) {
        Turns turns = new Turns(schedule);
        List<Runnable> works = works(seeds);
        for (int index = 0; index < works.size(); index++) {
            turns.add(name(index, works.size()), works.get(index));
        }
        turns.run(LIMIT);
        return played(turns.schedule(), turns.steps(), turns.switches(), turns.hiddenWaits());
    }

    private static String name(int index, int count) {
        return index == count - 1 ? "background" : "worker " + (index + 1);
    }

    private Played playFree(SplittableRandom seeds) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Runnable> works = works(seeds);
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < works.size(); index++) {
            Runnable work = works.get(index);
            Thread thread = new Thread(() -> {
                try {
                    work.run();
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                    failed = true;
                }
            }, name(index, works.size()));
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            join(thread, failure);
        }
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return played(0, 0, 0, 0);
    }

    private static void join(Thread thread, AtomicReference<Throwable> failure) {
        try {
            thread.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive() && failure.get() == null) {
            StringBuilder where = new StringBuilder();
            for (StackTraceElement frame : thread.getStackTrace()) {
                where.append("\n    at ").append(frame);
            }
            throw new Violation("A3", "several threads: expected each to be done within " + LIMIT + "; " + thread.getName() + " is not" + where, null);
        }
    }

    private Played played(long schedule, long steps, long switches, int hidden) {
        return new Played(disk.trace(), history, new TreeSet<>(known), schedule, steps, switches, hidden, refusals.get());
    }

    /** Background work, now and then, as long as anybody works. */
    private void background(SplittableRandom dice) {
        int next = dice.nextInt(6);
        while (working.get() > 0 && !failed) {
            if (done.get() < next) {
                if (twin == null) {
                    LockSupport.parkNanos(this, BACKGROUND_NAP_NANOS);
                } else {
                    TurnParking.onSpinWait();
                }
                continue;
            }
            next = done.get() + 1 + dice.nextInt(12);
            try {
                backgroundWork(dice);
            } catch (StoreFailedException e) {
                failed();
            }
            failed |= store().state() != StoreState.OPEN;
        }
    }

    private void backgroundWork(SplittableRandom dice) {
        if (dice.nextInt(5) > 0) {
            List<String> names = tasks.names();
            if (!names.isEmpty()) {
                tasks.run(names.get(dice.nextInt(names.size())));
            }
            return;
        }
        long before = now();
        for (int round = 0; round < 2; round++) {
            time.advance(PAST_EVERY_WINDOW);
            tasks.runAll();
        }
        if (store().state() == StoreState.OPEN) {
            history.promised(now(), before, "the relaxed window passed and background work ran");
        }
    }

    /** Lets go of the store without a further word to the disk. */
    private void letGo() {
        disk.powerOff();
        try {
            store().close();
        } catch (RuntimeException e) {
            // The disk is off: nothing can be closed in good order, and nothing needs to be.
        }
    }

    // ---- what workers need

    StoreUnderTest subject() {
        return subject;
    }

    PageStore store() {
        return Objects.requireNonNull(store);
    }

    ThreadsWorkload.Lean lean() {
        return workload.lean();
    }

    ListHistory history() {
        return history;
    }

    long now() {
        long sequence = disk.now(); // first of all: see ListHistory.time
        return ListHistory.time(sequence, ticks.incrementAndGet());
    }

    List<Long> shared() {
        return shared;
    }

    List<Long> known() {
        return known;
    }

    void known(long page) {
        if (!known.contains(page)) {
            known.add(page);
        }
    }

    void oneMore() {
        done.incrementAndGet();
    }

    void refused() {
        refusals.incrementAndGet();
    }

    boolean mayFail() {
        return mayFail;
    }

    void failed() {
        if (!mayFail) {
            throw new Violation("F1", "a store on a disk that works: expected it to serve, found it " + store().state(), null);
        }
        failed = true;
    }

    boolean hasFailed() {
        return failed;
    }
}
