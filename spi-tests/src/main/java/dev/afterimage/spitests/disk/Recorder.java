package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/** The clock of a disk and its trace. Everything but the clock is guarded by the disk's gate. */
final class Recorder {
    private final AtomicLong clock = new AtomicLong();
    private final List<DiskEvent> events = new ArrayList<>();
    private final Map<String, Integer> initialFiles = new HashMap<>();
    private DiskImage initial = DiskImage.EMPTY;
    private final DiskProfile profile;
    private boolean on = true;
    private volatile @Nullable DiskWatcher watcher;

    Recorder(DiskProfile profile) {
        this.profile = profile;
    }

    DiskProfile profile() {
        return profile;
    }

    /** Starts a trace whose initial image is what these files hold now. */
    void restart(SortedMap<String, Inode> names) {
        events.clear();
        initialFiles.clear();
        names.forEach((name, inode) -> initialFiles.put(name, inode.number()));
        initial = imageOf(names);
    }

    static DiskImage imageOf(SortedMap<String, Inode> names) {
        SortedMap<String, FileContent> files = new TreeMap<>();
        names.forEach((name, inode) -> files.put(name, inode.content()));
        return new DiskImage(files);
    }

    void on(boolean yes) {
        on = yes;
    }

    boolean isOn() {
        return on;
    }

    long now() {
        return clock.get();
    }

    /** A sequence number of its own. */
    long next() {
        return clock.incrementAndGet();
    }

    /** The call that started at that number and has its effect now. */
    DiskCall call(long started) {
        return new DiskCall(threadName(), started, next());
    }

    /** The calling thread's name; virtual threads often have none, only a number. */
    static String threadName() {
        Thread thread = Thread.currentThread();
        return thread.getName().isEmpty() ? "#" + thread.getId() : thread.getName();
    }

    void add(DiskEvent event) {
        if (on) {
            events.add(event);
        }
        DiskWatcher told = watcher;
        if (told != null) {
            told.happened(event);
        }
    }

    void watcher(@Nullable DiskWatcher other) {
        watcher = other;
    }

    @Nullable DiskWatcher watcher() {
        return watcher;
    }

    DiskTrace trace() {
        return new DiskTrace(profile, initial, initialFiles, events, clock.get());
    }
}
