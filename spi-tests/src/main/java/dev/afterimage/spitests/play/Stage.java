package dev.afterimage.spitests.play;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.api.StoreState;
import dev.afterimage.spi.RecoveredTransaction;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.simulation.SteppedTime;
import dev.afterimage.spitests.simulation.StillTasks;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.watch.ProtocolWatch;
import org.jspecify.annotations.Nullable;

/**
 * Where a scenario plays: one simulated disk, the store on it, the actors who work on that store, and the model that knows what is right.
 *
 * <p>One thread calls; it waits for each step of an actor. Every source of chance comes from one seed, so a scenario plays the same way every time.
 */
public final class Stage implements AutoCloseable {
    private static final int SLICES_IN_VAIN_MAX = 1_000;
    private static final Duration PAST_EVERY_WINDOW = Duration.ofSeconds(2);

    private final StoreUnderTest subject;
    private SimulatedDisk disk;
    private Disk seenByStore;
    private ReferenceModel model;
    private final SteppedTime time = new SteppedTime();
    private Duration clockJump = Duration.ZERO;
    private final SplittableRandom seeds;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Throwable> refusals = new ArrayList<>();
    private final List<RecoveryReport> reports = new ArrayList<>();
    private StoreListener listener = StoreListener.NONE;
    private StillTasks tasks = new StillTasks();
    private boolean rollbacksHeld;
    private int interruptEvery;
    private int steps;
    private int crashStatesFrom;
    @Nullable
    private PageStore store;
    @Nullable
    private Throwable failure;
    @Nullable
    private ProtocolWatch watch;

    /** A stage on an empty disk. */
    public Stage(StoreUnderTest subject, long seed) {
        this(subject, new SimulatedDisk(DiskImage.EMPTY, subject.profile()), seed);
    }

    /** A stage on a disk that holds nothing yet, but may have faults. */
    public Stage(StoreUnderTest subject, SimulatedDisk disk, long seed) {
        this(subject, disk, disk, new ReferenceModel(CommittedState.of(Map.of()), 0), seed);
    }

    /**
     * A stage on a disk that holds a store.
     *
     * @param disk where crashes come from
     * @param seenByStore what the store is given: that disk, or something around it
     * @param model what the store holds
     * @param seed for salts and identifiers
     */
    public Stage(StoreUnderTest subject, SimulatedDisk disk, Disk seenByStore, ReferenceModel model, long seed) {
        this.subject = subject;
        this.disk = disk;
        this.seenByStore = seenByStore;
        this.model = model;
        this.seeds = new SplittableRandom(seed);
    }

    /** This stage, its store as it is, with another model of what that store holds. */
    public Stage continuedWith(ReferenceModel other) {
        model = other;
        return this;
    }

    /** Who hears what stores opened from now on do on their own. */
    public void listener(StoreListener hears) {
        listener = hears;
    }

    /** The clock that stores on this stage are given. */
    public SteppedTime time() {
        return time;
    }

    /** From now on, at each crash in the midst of the scenario the clock jumps that far, forwards or backwards, and begins to count anew. */
    public void clockJumpsAtCrash(Duration far) {
        clockJump = far;
    }

    /** From now on somebody watches what the store does with the disk. */
    public void watchedBy(ProtocolWatch watches) {
        watch = watches;
        watches.begins(disk, sequence -> history().legalAt(sequence, CrashKind.POWER), transaction -> history().fate(transaction));
    }

    /** A tag is about to be written into a page. */
    void issued(long tag, long page) {
        if (watch != null) {
            watch.issued(tag, page);
        }
    }

    /** A commit was acknowledged. */
    void answered(CommitRecord record) {
        if (watch != null && record.level() == Durability.POWER_SAFE) {
            watch.answered(record);
        }
    }

    /** More is owed than before, or less is legal. */
    void promised(String by) {
        if (watch != null) {
            watch.promised(now(), by);
        }
    }

    /** The disk that crashes. */
    public SimulatedDisk disk() {
        return disk;
    }

    /** What is right. */
    public ReferenceModel model() {
        return model;
    }

    /** The commits so far. */
    public History history() {
        return model.history();
    }

    /** The open store. */
    public PageStore store() {
        return Objects.requireNonNull(store, "no store is open on this stage");
    }

    /** The strategy and its sizes. */
    public StoreUnderTest subject() {
        return subject;
    }

    /** Background work, which stands still until told. */
    public StillTasks tasks() {
        return tasks;
    }

    /** What the recoveries on this stage reported. */
    public List<RecoveryReport> reports() {
        return reports;
    }

    /** Position on the disk's time line. */
    public long now() {
        return disk.now();
    }

    /** The actor of that number, counted from 0. */
    public Actor actor(int number) {
        while (actors.size() <= number) {
            actors.add(new Actor(this, ActorThread.named("actor-" + actors.size())));
        }
        return actors.get(number);
    }

    /** The actors there are. */
    public List<Actor> actors() {
        return List.copyOf(actors);
    }

    /** An actor who works on the caller's own thread. */
    public Actor self() {
        Actor self = new Actor(this, ActorThread.ofCaller());
        actors.add(self);
        return self;
    }

    /** Whether the store has failed and serves nobody. */
    public boolean hasFailed() {
        return failure != null;
    }

    /** What failed it, if something did. */
    @Nullable
    public Throwable failure() {
        return failure;
    }

    /** What the store refused without failing: full disks and locks held by others. */
    public List<Throwable> refusals() {
        return refusals;
    }

    /** From now on every so many steps of actors are done with the interrupt flag set; 0 for none. */
    public void interruptions(int every) {
        interruptEvery = every;
    }

    boolean interruptNow() {
        return interruptEvery > 0 && ++steps % interruptEvery == 0;
    }

    void refused(Throwable why) {
        refusals.add(why);
    }

    void failed(Throwable why) {
        failure = failure == null ? why : failure;
        actors.forEach(Actor::abandon);
    }

    /** Makes the store, which has a root page that is empty. */
    public void create() {
        PageStore made;
        try {
            made = open(OpenMode.CREATE);
        } catch (RuntimeException e) {
            throw new Violation("A2", "making a store on an empty disk: expected it to succeed, found " + e, e);
        }
        model.made(made.rootPageId());
        history().created(now());
    }

    /** Opens the store and leaves it to the caller to compare what it holds. */
    public PageStore open(OpenMode mode) {
        failure = null;
        tasks = new StillTasks();
        RandomGenerator random = seeds.split();
        PageStore opened = subject.open(seenByStore, mode, new StoreUnderTest.Surroundings(time, tasks, random, listener));
        store = opened;
        reports.add(opened.recoveryReport());
        if (!rollbacksHeld) {
            finishRollbacks();
        }
        return opened;
    }

    /** From now on, what recovery leaves to be rolled back after opening stays so until it is told to go on; otherwise opening goes on to its end. */
    public void holdRollbacks(boolean held) {
        rollbacksHeld = held;
    }

    /** Whether anything is still to be rolled back after opening. */
    public boolean rollingBack() {
        return store().statistics().transactionsRollingBack() > 0;
    }

    /** Runs one slice of the rollback after opening. */
    public void rollBackSome() {
        tasks.run(RecoveredTransaction.TASK);
    }

    /** Rolls back all that is left; if that fails the store, the opening has failed. */
    public void finishRollbacks() {
        long left = Long.MAX_VALUE;
        int idle = 0;
        while (store().state() == StoreState.OPEN && rollingBack()) {
            rollBackSome();
            long now = store().statistics().changesRollingBack() + store().statistics().transactionsRollingBack();
            idle = now < left ? 0 : idle + 1;
            left = now;
            if (idle > SLICES_IN_VAIN_MAX) {
                throw new Violation("A11", "rollback after opening: expected it to come forward, found " + now + " changes and transactions left for " + idle + " slices", null);
            }
        }
        if (store().state() != StoreState.OPEN) {
            PageStore broken = store();
            StoreFailedException why = failureOf(broken);
            store = null;
            try {
                broken.close();
            } catch (RuntimeException e) {
                why.addSuppressed(e);
            }
            throw why;
        }
    }

    private static StoreFailedException failureOf(PageStore broken) {
        try {
            broken.begin().close();
            return new StoreFailedException("the store serves, though it says that it has failed");
        } catch (StoreFailedException e) {
            return e;
        }
    }

    /** Closes in good order, opens again, and compares everything. */
    public void reopen() {
        closeStore();
        reopenAfterFailure();
    }

    /** Closes in good order: from then on every commit is durable. */
    public void closeStore() {
        actors.forEach(Actor::abandon);
        boolean whole = failure == null;
        try {
            store().close();
        } catch (RuntimeException e) {
            throw new Violation("F1", "closing a store while the disk does what it is told: expected it to succeed, found " + e, e);
        }
        store = null;
        if (disk.heldLocks() > 0 || disk.openFiles() > 0) {
            throw new Violation("F4", "a closed store: expected no lock and no open file, found " + disk.heldLocks() + " and " + disk.openFiles(), null);
        }
        if (whole) {
            history().promised(now(), CrashKind.POWER, "the store was closed");
            promised("closing the store");
        }
    }

    /** Opens a store that was closed, or failed, without a crash in between; what it shows is what stands from then on. */
    public void reopenAfterFailure() {
        if (store != null) {
            closeStore();
        }
        History.Legal legal = history().legalAt(now(), CrashKind.PROCESS);
        try {
            open(OpenMode.OPEN);
            CommittedState found = Scan.of(store(), model.knownPages());
            CommitRecord shown = legal.find(found);
            if (shown == null) {
                throw new Violation("A3", "a reopened store does not hold a legal state; the difference from the newest is\n"
                        + legal.states().get(legal.states().size() - 1).after().difference(found), null);
            }
            history().resolved(shown, now());
            promised("opening the store again");
        } catch (RuntimeException e) {
            throw new Violation("A2", "reopening: expected it to succeed, found " + e, e);
        }
    }

    /**
     * The process is killed, and the store opened again by another one, which sees all that was written, synced or not. What it shows stands from then on, whatever comes. Unlike {@link #crash} this is no new
     * beginning: the disk goes on, and a later power failure may take what was seen and never synced. The scenario's crash states are those from here on.
     */
    public void kill() {
        crashStatesFrom = disk.trace().syncCompletions();
        actors.forEach(Actor::abandon);
        letGo();
        disk.processDied();
        reopenAfterFailure();
    }

    /** The first crash point whose states are of interest: what comes before is other scenarios' business. */
    public int crashStatesFrom() {
        return crashStatesFrom;
    }

    /**
     * A crash in the midst of a scenario; the store is opened again and must hold a legal state. What it shows stands from then on: the disk, and the history of commits, begin anew with it, so that the crash states
     * of the scenario are those of its last life.
     *
     * @param kind of which nothing survives but what was synced, or all that was written
     */
    public void crash(CrashKind kind) {
        crash(kind, kind == CrashKind.PROCESS ? disk.asIssued() : disk.asSynced());
    }

    /** The same by a power loss that leaves some of what was not synced. */
    public void tornCrash(RandomGenerator random) {
        crash(CrashKind.POWER, disk.asTorn(random));
    }

    private void crash(CrashKind kind, DiskImage left) {
        if (seenByStore != disk) {
            throw new IllegalStateException("a disk with something around it cannot crash in the midst of a scenario");
        }
        History.Legal legal = history().legalAt(now(), kind);
        actors.forEach(Actor::abandon);
        letGo();
        if (!clockJump.isZero()) {
            time.reboot(clockJump);
        }
        disk = new SimulatedDisk(left, disk.profile());
        seenByStore = disk;
        crashStatesFrom = 0;
        if (watch != null) {
            watch.begins(disk, sequence -> legal, transaction -> null);
        }
        CommittedState found;
        try {
            open(OpenMode.OPEN);
            found = rollbacksHeld ? onlyOne(legal) : Scan.of(store(), model.knownPages());
        } catch (RuntimeException e) {
            throw new Violation("A2", "recovery in the midst of a scenario: expected it to succeed, found " + e, e);
        }
        if (legal.find(found) == null) {
            throw new Violation("A3", "a crash in the midst of a scenario: expected a legal state, found another; it differs from the newest by\n"
                    + legal.states().get(legal.states().size() - 1).after().difference(found), null);
        }
        ReferenceModel since = new ReferenceModel(found, model.transactions());
        model.knownPages().forEach(since::known);
        since.history().created(Long.MIN_VALUE);
        model = since;
        if (watch != null) {
            watch.goesOn(sequence -> history().legalAt(sequence, CrashKind.POWER), transaction -> history().fate(transaction));
            promised("recovery");
        }
    }

    /** What must be there, where not all of it can be looked at yet. */
    private static CommittedState onlyOne(History.Legal legal) {
        if (legal.states().size() != 1) {
            throw new IllegalStateException("with rollbacks held, a scenario crashes only where one state is legal; here are " + legal.states());
        }
        return legal.states().get(0).after();
    }

    /** Takes a checkpoint. */
    public void checkpoint() {
        try {
            store().checkpoint();
        } catch (StoreFullException e) {
            refused(e);
        } catch (StoreFailedException e) {
            failed(e);
        } catch (StoreException e) {
            refused(diskError(e));
        }
    }

    /** An error that is the disk's, and that the store says is; anything else is thrown on. */
    static StoreException diskError(StoreException e) {
        if (e.getCause() instanceof DiskException) {
            return e;
        }
        throw e;
    }

    /** Lets time pass and every background task run: the window in which relaxed commits may be lost is over for all that committed so far. */
    public void background() {
        for (int round = 0; round < 2 && !hasFailed(); round++) {
            time.advance(PAST_EVERY_WINDOW);
            tasks.runAll();
        }
        if (!hasFailed() && store().state() == StoreState.OPEN) {
            history().promised(now(), CrashKind.POWER, "the relaxed window passed and background work ran");
            promised("the end of the relaxed window");
        }
    }

    /** Runs every background task but checkpoints, without letting time pass. */
    void backgroundButCheckpoints() {
        tasks.names().stream().filter(name -> !name.contains("checkpoint")).forEach(tasks::run);
    }

    /** Runs one background task, chosen by a number, without letting time pass. */
    public void backgroundTask(int which) {
        List<String> names = tasks.names();
        if (!names.isEmpty()) {
            tasks.run(names.get(which % names.size()));
        }
    }

    /** A page that exists for everybody, for scenarios that need any. */
    public long root() {
        return store().rootPageId();
    }

    /** One transaction that allocates pages and fills them; the answer is their numbers. */
    public List<Long> fill(int pages) {
        List<Long> given = new ArrayList<>();
        Actor actor = actor(0);
        actor.begin();
        for (int index = 0; index < pages; index++) {
            given.add(actor.allocate(0, PageContent.SLOTS));
        }
        actor.commit(Durability.POWER_SAFE);
        return given;
    }

    /** Lets go of threads and, without a further word to the disk's history, of the store. */
    @Override
    public void close() {
        actors.forEach(Actor::close);
        letGo();
    }

    private void letGo() {
        PageStore open = store;
        store = null;
        if (open != null) {
            disk.powerOff();
            if (actors.stream().anyMatch(Actor::hangs)) {
                return; // closing would wait for it
            }
            try {
                open.close();
            } catch (RuntimeException e) {
                // The disk is off: nothing can be closed in good order, and nothing needs to be.
            }
        }
    }
}
