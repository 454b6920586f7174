package dev.afterimage.spitests.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.afterimage.api.Durability;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of a {@link ListHistory}: what it read, what it appended, and when it was called and answered on the disk's time line.
 *
 * <p>A list lives in a page, from its making to the page's end; it is known by its first element, which is appended when the page is made. Every append follows a read of
 * the same list. For one thread while it grows; for many once the run is over.
 */
public final class ListTransaction {
    /** Not yet. */
    public static final long NEVER = Long.MAX_VALUE;

    /** How it ended. */
    public enum Outcome {
        /** Not at all: the run was over. */
        ACTIVE,
        /** Commit returned. */
        ACKNOWLEDGED,
        /** Commit was called, and nobody knows. */
        IN_DOUBT,
        /** Rolled back, by itself or by the store. */
        ROLLED_BACK
    }

    /** One list as it was seen; empty where there was no page. */
    record Read(long page, List<Long> elements, long at, boolean afterOwn) {
    }

    private final int number;
    private final String thread;
    private final boolean snapshot;
    private final long began;
    final List<Read> reads = new ArrayList<>();
    /** What it sees of each page that it touched, its own appends included. */
    private Map<Long, List<Long>> views = new LinkedHashMap<>();
    /** Its appends that stand, in order, by list. */
    private Map<Long, List<Long>> appends = new LinkedHashMap<>();
    /** Lists it freed, by their first element. */
    private Map<Long, Long> freed = new LinkedHashMap<>();
    private final List<Saved> savepoints = new ArrayList<>();
    /** Every element it ever appended, taken back or not. */
    final Set<Long> everything = new TreeSet<>();
    private int operations;
    Durability level = Durability.POWER_SAFE;
    long called = NEVER;
    long ended = NEVER;
    Outcome outcome = Outcome.ACTIVE;

    private record Saved(Map<Long, List<Long>> views, Map<Long, List<Long>> appends, Map<Long, Long> freed) {
    }

    ListTransaction(int number, String thread, boolean snapshot, long began) {
        this.number = number;
        this.thread = thread;
        this.snapshot = snapshot;
        this.began = began;
    }

    /** Its number; its elements carry it. */
    public int number() {
        return number;
    }

    /** Whether it reads one moment. */
    public boolean snapshot() {
        return snapshot;
    }

    /** When it began. */
    public long began() {
        return began;
    }

    /** An element nobody has appended yet. */
    public long nextElement() {
        return ListHistory.element(number, ++operations);
    }

    /** It saw a list; an empty one says that there is no such page. */
    public void read(long page, List<Long> elements, long at) {
        reads.add(new Read(page, List.copyOf(elements), at, views.containsKey(page)));
        views.putIfAbsent(page, List.copyOf(elements));
    }

    /** What it must see there, having seen it before; null if it has not. */
    public @Nullable List<Long> view(long page) {
        return views.get(page);
    }

    /** It appends to a list that it has read. */
    public void append(long page, long element) {
        List<Long> seen = views.getOrDefault(page, List.of());
        List<Long> after = new ArrayList<>(seen);
        after.add(element);
        views = new LinkedHashMap<>(views);
        views.put(page, Collections.unmodifiableList(after));
        appends = new LinkedHashMap<>(appends);
        List<Long> mine = new ArrayList<>(appends.getOrDefault(after.get(0), List.of()));
        mine.add(element);
        appends.put(after.get(0), mine);
        everything.add(element);
    }

    /** It was given a page, on which it begins a list. */
    public void allocated(long page, long element) {
        views = new LinkedHashMap<>(views);
        views.put(page, List.of());
        append(page, element);
    }

    /** It gives a page back whose list it has read. */
    public void freed(long page) {
        freed = new LinkedHashMap<>(freed);
        freed.put(views.get(page).get(0), page);
        views = new LinkedHashMap<>(views);
        views.put(page, List.of());
    }

    /** It sets a savepoint. */
    public void savepoint() {
        savepoints.add(new Saved(views, appends, freed));
    }

    /** It rolls back to its newest savepoint, which stays. */
    public void rolledBackToSavepoint() {
        Saved saved = savepoints.get(savepoints.size() - 1);
        Map<Long, List<Long>> restored = new LinkedHashMap<>(saved.views);
        // What it read since stays read, for it holds the locks: as it was before it changed anything.
        for (long page : views.keySet()) {
            restored.computeIfAbsent(page, this::firstSeen);
        }
        views = restored;
        appends = saved.appends;
        freed = saved.freed;
        // What it saw of its own that never was tells nothing of others; what it saw of others there it had seen before.
        Set<Long> standing = new TreeSet<>();
        appends.values().forEach(standing::addAll);
        reads.removeIf(read -> read.elements.stream().anyMatch(element -> everything.contains(element) && !standing.contains(element)));
    }

    private List<Long> firstSeen(long page) {
        return reads.stream().filter(read -> read.page == page && !read.afterOwn).map(Read::elements).findFirst().orElse(List.of());
    }

    /** Whether it has a savepoint. */
    public boolean hasSavepoint() {
        return !savepoints.isEmpty();
    }

    /** Commit is called. */
    public void called(Durability waitsFor, long at) {
        level = waitsFor;
        called = at;
        outcome = Outcome.IN_DOUBT;
    }

    /** Commit returned. */
    public void acknowledged(long at) {
        ended = at;
        outcome = Outcome.ACKNOWLEDGED;
    }

    /** It is undone, or commit said that it is. */
    public void rolledBack(long at) {
        ended = at;
        outcome = Outcome.ROLLED_BACK;
    }

    /** Its appends that stand, by the first element of their list. */
    public Map<Long, List<Long>> appends() {
        return appends;
    }

    /** The lists it ended, by their first element, with their page. */
    public Map<Long, Long> freedLists() {
        return freed;
    }

    Map<Long, List<Long>> views() {
        return views;
    }

    /** Whether it changed anything that stands. */
    public boolean writes() {
        return !appends.isEmpty() || !freed.isEmpty();
    }

    /** Whether commit had been called by then, and had not failed. */
    boolean possibleAt(long sequence) {
        return called <= sequence && !(outcome == Outcome.ROLLED_BACK && ended <= sequence);
    }

    boolean acknowledgedAt(long sequence) {
        return outcome == Outcome.ACKNOWLEDGED && ended <= sequence;
    }

    @Override
    public String toString() {
        return "T" + number + " (" + thread + (snapshot ? ", snapshot" : "") + ", began@" + ListHistory.at(began) + (called == NEVER ? "" : ", " + level + " called@" + ListHistory.at(called)) + ", "
                + outcome + (ended == NEVER ? "" : "@" + ListHistory.at(ended)) + ")";
    }
}
