package dev.afterimage.spitests.check;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

import dev.afterimage.api.Durability;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreListener;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.DiskTrace;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommitRecord;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.History;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Says whether what a crash left is legal: opens it with the engine, so that recovery runs, and looks at everything.
 *
 * <p>In turn: recovery succeeds; a full scan equals one of the legal states (so nothing promised is lost, nothing uncommitted is there, and no commit is torn or
 * out of order); the space map gives out no page that is in use; new work is accepted; and after a second crash, either right after recovery or right after
 * the new work, exactly what was seen is there. Safe for many threads; each call has a disk of its own.
 */
public final class Oracle {
    /** No sequel: only what recovery shows is looked at. */
    static final Set<Sequel> NOTHING_MORE = Set.of(Sequel.NONE);
    private static final int NEW_PAGES = 3;

    private final StoreUnderTest subject;
    private final History history;
    private final Set<Long> known;
    private final int transactions;
    private final Marks marks;
    /** What recoveries said of themselves, for as long as somebody has their traces. */
    private final Map<DiskTrace, NavigableMap<Long, String>> phases = Collections.synchronizedMap(new WeakHashMap<>());

    /** An oracle for what a scenario left. */
    public Oracle(StoreUnderTest subject, ReferenceModel model, Marks marks) {
        this(subject, model.history(), model.knownPages(), model.transactions(), marks);
    }

    private Oracle(StoreUnderTest subject, History history, Collection<Long> known, int transactions, Marks marks) {
        this.subject = subject;
        this.history = history;
        this.known = Set.copyOf(known);
        this.transactions = transactions;
        this.marks = marks;
    }

    /** What comes after recovery. */
    public enum Sequel {
        /** Nothing: only what recovery shows is looked at. */
        NONE,
        /** The power fails at once. */
        POWER_FAILS,
        /** One commit of the simplest kind, then the power fails: it may take exactly the place of a commit that was lost, in front of one that was not. */
        COMMIT_THEN_POWER_FAILS,
        /** New work, then the power fails. */
        WORK_THEN_POWER_FAILS,
        /** New work, then the process dies. */
        WORK_THEN_PROCESS_DIES,
        /** Whoever lost the commit that comes next in the order does it again, as it was; then the power fails. It has the length and the place of the one that was lost, in front of those that may have survived. */
        RETRY_THEN_POWER_FAILS;

        /** The sequels that a state gets: one chosen by its image, the same each time; and where it pays, the simplest commit as well. */
        static Set<Sequel> of(DiskImage image, boolean directed) {
            SplittableRandom random = new SplittableRandom(image.hash());
            Sequel chosen = values()[1 + random.nextInt(RETRY_THEN_POWER_FAILS.ordinal() - 1)];
            if (!directed && chosen == COMMIT_THEN_POWER_FAILS && random.nextBoolean()) {
                chosen = RETRY_THEN_POWER_FAILS;
            }
            return directed ? EnumSet.of(chosen, COMMIT_THEN_POWER_FAILS) : EnumSet.of(chosen);
        }
    }

    /**
     * Looks at one image.
     *
     * @param legal the states it may hold
     * @param mustExist whether a store must be there
     * @param sequels what comes after recovery, each on a disk of its own
     * @return what recovery did to the disk, for crashing it in turn
     * @throws Violation if a rule is broken
     */
    public DiskTrace check(DiskImage image, History.Legal legal, boolean mustExist, Set<Sequel> sequels) {
        DiskTrace recovery = null;
        for (Sequel sequel : sequels) {
            recovery = check(image, legal, mustExist, sequel);
        }
        return Objects.requireNonNull(recovery, "no sequel was asked for");
    }

    private DiskTrace check(DiskImage image, History.Legal legal, boolean mustExist, Sequel sequel) {
        SimulatedDisk disk = new SimulatedDisk(image, subject.profile());
        Stage stage = new Stage(subject, disk, disk, new ReferenceModel(legal.states().get(0).after(), transactions), image.hash());
        try {
            return check(stage, legal, mustExist, sequel);
        } finally {
            stage.close();
        }
    }

    /** The phase that a recovery said it was in at a place of its time line, of a trace that {@link #check} answered; empty where it had said nothing yet. */
    String phaseAt(DiskTrace recovery, long sequence) {
        NavigableMap<Long, String> heard = phases.get(recovery);
        Map.Entry<Long, String> newest = heard == null ? null : heard.floorEntry(sequence);
        return newest == null ? "" : newest.getValue();
    }

    private DiskTrace check(Stage first, History.Legal legal, boolean mustExist, Sequel sequel) {
        NavigableMap<Long, String> heard = new ConcurrentSkipListMap<>();
        first.listener(new StoreListener() {
            @Override
            public void recoveryProgress(RecoveryProgress progress) {
                heard.put(first.disk().now(), progress.phase());
            }
        });
        CommittedState found = recover(first, known, mustExist);
        int place = place(legal, found);
        if (place < 0) {
            throw new Classification(history, legal, found).violation();
        }
        RecoveryReport report = first.store().recoveryReport();
        marks.recovery(report);
        marks.found(place, legal.states().size());
        DiskTrace recovery = first.disk().trace();
        phases.put(recovery, heard);
        if (sequel != Sequel.NONE) {
            follow(first, found, place + 1 < legal.states().size() ? legal.states().get(place + 1).after() : found, sequel);
        }
        return recovery;
    }

    private static int place(History.Legal legal, CommittedState found) {
        List<CommitRecord> states = legal.states();
        for (int index = states.size() - 1; index >= 0; index--) {
            if (states.get(index).after().equals(found)) {
                return index;
            }
        }
        return -1;
    }

    /** New work on what was recovered, and a second crash, after which exactly that must be there. */
    private void follow(Stage first, CommittedState found, CommittedState lost, Sequel sequel) {
        ReferenceModel seen = new ReferenceModel(found, transactions);
        Stage stage = first.continuedWith(seen);
        switch (sequel) {
            case NONE, POWER_FAILS -> {
            }
            case COMMIT_THEN_POWER_FAILS -> commit(stage);
            case RETRY_THEN_POWER_FAILS -> retry(stage, found, lost);
            case WORK_THEN_POWER_FAILS, WORK_THEN_PROCESS_DIES -> work(stage);
        }
        DiskImage second = sequel == Sequel.WORK_THEN_PROCESS_DIES ? stage.disk().asIssued() : stage.disk().asSynced();
        marks.secondCrash();
        Set<Long> all = new TreeSet<>(known);
        all.addAll(seen.knownPages());
        // What the new work did is a history of its own, which begins with what recovery showed: that, too, must never be taken back.
        History since = seen.history();
        CrashKind kind = sequel == Sequel.WORK_THEN_PROCESS_DIES ? CrashKind.PROCESS : CrashKind.POWER;
        try {
            new Oracle(subject, since, all, seen.transactions(), marks).check(second, since.legalAt(stage.now(), kind), true, Sequel.NONE);
        } catch (Violation e) {
            throw new Violation(sequel == Sequel.POWER_FAILS ? "A2" : e.rule(), "after recovery, and then " + sequel
                    + ", what had been shown or acknowledged must be there: " + e.getMessage(), e);
        }
    }

    private static void commit(Stage stage) {
        Actor actor = stage.self();
        if (!actor.begin() || !actor.write(stage.root()) || !actor.commit(Durability.POWER_SAFE)) {
            throw refused(stage);
        }
    }

    /** One transaction that changes what the lost one changed, in the same slots; where that is nothing, the simplest commit. */
    private static void retry(Stage stage, CommittedState found, CommittedState lost) {
        Set<Long> pages = new TreeSet<>(found.pages());
        pages.retainAll(lost.pages());
        pages.removeIf(page -> lost.page(page).equals(found.page(page)));
        if (pages.isEmpty()) {
            commit(stage);
            return;
        }
        Actor actor = stage.self();
        boolean going = actor.begin();
        for (Iterator<Long> changed = pages.iterator(); going && changed.hasNext();) {
            long page = changed.next();
            int from = 0;
            int to = PageContent.SLOTS;
            while (lost.page(page).tag(from) == found.page(page).tag(from)) {
                from++;
            }
            while (lost.page(page).tag(to - 1) == found.page(page).tag(to - 1)) {
                to--;
            }
            going = actor.write(page, from, to);
        }
        if (!going || !actor.commit(Durability.POWER_SAFE)) {
            throw refused(stage);
        }
    }

    private static Violation refused(Stage stage) {
        return new Violation("A2", "a recovered store must take new work; found " + stage.failure() + " " + stage.refusals(), stage.failure());
    }

    /** One power-safe transaction: takes pages, none of which may be in use, and writes there and elsewhere. */
    private static void work(Stage stage) {
        Actor actor = stage.self();
        actor.begin();
        boolean going = true;
        for (int count = 0; going && count < NEW_PAGES; count++) {
            going = actor.allocate(0, PageContent.SLOTS) >= 0;
        }
        Iterator<Long> pages = new TreeSet<>(stage.history().latest().after().pages()).iterator();
        for (int count = 0; going && count < 2 && pages.hasNext(); count++) {
            going = actor.write(pages.next(), 2, 9);
        }
        if (!going || !actor.commit(Durability.POWER_SAFE)) {
            throw refused(stage);
        }
    }

    /** Opens and scans; a legal crash never makes either fail. */
    static CommittedState recover(Stage stage, Collection<Long> known, boolean mustExist) {
        try {
            stage.open(mustExist ? OpenMode.OPEN : OpenMode.OPEN_OR_CREATE);
        } catch (RuntimeException e) {
            throw new Violation("A2", "recovery: expected it to succeed, found " + e, e);
        }
        try {
            Set<Long> pages = new TreeSet<>(known);
            pages.add(stage.root());
            return Scan.of(stage.store(), pages);
        } catch (StoreDamagedException e) {
            throw new Violation("T1", "after recovery: expected every page whole, found " + e, e);
        } catch (RuntimeException e) {
            throw new Violation("A3", "after recovery: expected every page to be readable, found " + e, e);
        }
    }
}
