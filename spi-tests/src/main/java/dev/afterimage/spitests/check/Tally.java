package dev.afterimage.spitests.check;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.afterimage.spitests.disk.EnumerationCounts;

/** What a rule's checks looked at. Safe for many threads. */
public final class Tally {
    private final Set<Long> images = ConcurrentHashMap.newKeySet();
    private final Marks marks = new Marks();
    private EnumerationCounts counts = EnumerationCounts.NONE;
    private long cases;
    private String figures = "";
    private long looked;

    /** A scenario, or one variant of it, begins. */
    public synchronized void oneCase() {
        cases++;
    }

    synchronized void add(EnumerationCounts more) {
        counts = counts.plus(more);
    }

    /** A sweep is over, which looked at so many states of its scenario, the one that failed counted last. */
    synchronized void looked(long states) {
        looked += states;
    }

    /** Crash states of scenarios looked at so far, up to the one that failed; those of crashed recoveries are not counted. */
    public synchronized long looked() {
        return looked;
    }

    void image(long hash) {
        images.add(hash);
    }

    /** What was measured, in a sentence. */
    synchronized void figures(String sentence) {
        figures = sentence;
    }

    /** What was measured, or empty. */
    public synchronized String figures() {
        return figures;
    }

    /** Scenarios and variants so far. */
    public synchronized long cases() {
        return cases;
    }

    /** Crash states so far. */
    public synchronized EnumerationCounts counts() {
        return counts;
    }

    /** Images so far, no two equal. */
    public long distinct() {
        return images.size();
    }

    /** What was met. */
    public Marks marks() {
        return marks;
    }

    @Override
    public String toString() {
        return "cases " + cases() + ", crash " + counts() + ", distinct images " + distinct();
    }
}
