package dev.afterimage.spitests.play;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreState;
import dev.afterimage.spitests.disk.DiskEvent;
import dev.afterimage.spitests.disk.DiskFaults;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * A process is killed in the midst of a sync, and the store opened again by another one, at once: that one sees what was written and never synced. It may go by it, but whatever rests on it (what it shows, pages it
 * writes, files it cuts) must survive a power failure that comes then, in the midst of that opening or later (rule A2).
 *
 * <p>A crash that is simulated by a new disk misses this: what is on a new disk is durable.
 *
 * @param moment when it is killed
 * @param number which sync, or which write, after the store was made, counted from 0
 */
public record KilledProcess(Moment moment, int number) implements Scenario {
    private static final String PREFIX = "killed-";
    private static final int PAGES = 2;
    private static final int GROWTH = 20;

    /** When a process is killed. */
    public enum Moment {
        /** In the midst of a sync of a file or of names. */
        IN_SYNC,
        /**
         * A write fails although all of it was written. Then the store is closed, which perhaps writes there what was there before; and the process is killed in the midst of the next sync of that file, or at the end. So the
         * disk may hold what neither process goes by.
         */
        AFTER_WRITE
    }

    /** Reads a title; null if it is none of these. */
    @Nullable
    static KilledProcess named(String title) {
        for (Moment moment : Moment.values()) {
            if (title.matches(prefix(moment) + "\\d{1,4}")) {
                return new KilledProcess(moment, Integer.parseInt(title.substring(prefix(moment).length())));
            }
        }
        return null;
    }

    private static String prefix(Moment moment) {
        return PREFIX + moment.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-";
    }

    @Override
    public String title() {
        return prefix(moment) + number;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        List<Long> pages = stage.fill(PAGES);
        AtomicBoolean killed = new AtomicBoolean();
        arm(stage, killed);
        try {
            run(stage, pages);
        } catch (Violation e) {
            if (!killed.get() && stage.disk().faults().struck() == 0) {
                throw e;
            }
            // What a dead process says nobody hears, and what one has to say of a failed write others ask.
        }
        if (!killed.get() && stage.disk().faults().struck() == 0) {
            return;
        }
        stage.disk().faults().clear();
        stage.kill();
        DirectedScenario.commit(stage, pages.get(0), Durability.POWER_SAFE);
        if (stage.hasFailed()) {
            throw new Violation("A2", "a store opened again after its process was killed must take work; found " + stage.failure(), stage.failure());
        }
    }

    private void arm(Stage stage, AtomicBoolean killed) {
        DiskFaults faults = stage.disk().faults();
        Runnable kill = () -> {
            killed.set(true);
            stage.disk().powerOff();
        };
        switch (moment) {
            case IN_SYNC -> faults.duringSync(file -> true, number, kill);
            case AFTER_WRITE -> {
                AtomicReference<String> written = new AtomicReference<>("");
                faults.failWriteThatArrives(file -> {
                    written.set(file);
                    return true;
                }, number);
                faults.duringNextSync(file -> faults.struck() > 0 && file.equals(written.get()), kill);
            }
        }
    }

    /** Changes, new pages, unfinished work that is stolen where there is stealing, growth as the last thing before an end in good order, and an opening. */
    private static void run(Stage stage, List<Long> pages) {
        if (goesOn(stage)) {
            DirectedScenario.commitAll(stage, pages, Durability.POWER_SAFE);
        }
        if (goesOn(stage)) {
            DirectedScenario.commit(stage, pages.get(0), Durability.RELAXED);
            stage.checkpoint();
        }
        grow(stage, stage.subject().cachePages(), true);
        grow(stage, 1, false);
        grow(stage, GROWTH, false);
        if (!stage.hasFailed()) {
            stage.reopen();
        }
    }

    private static void grow(Stage stage, int count, boolean takenBack) {
        Actor actor = stage.actor(0);
        boolean going = goesOn(stage) && actor.begin();
        for (int page = 0; going && page < count; page++) {
            going = actor.allocate(0, PageContent.SLOTS) >= 0 && actor.active();
        }
        if (going && takenBack) {
            actor.rollback();
        } else if (going) {
            actor.commit(Durability.POWER_SAFE);
        }
    }

    private static boolean goesOn(Stage stage) {
        return !stage.hasFailed() && stage.store().state() == StoreState.OPEN && stage.disk().faults().struck() == 0;
    }

    /**
     * Which numbers there are.
     *
     * @param each whether every write counts; otherwise the first and the last of those that follow one another in a file
     */
    public static List<Integer> numbers(Moment moment, StoreUnderTest subject, boolean each) {
        try (Stage stage = new Stage(subject, 1)) {
            stage.create();
            List<Long> pages = stage.fill(PAGES);
            long from = stage.now();
            run(stage, pages);
            List<String> files = new ArrayList<>();
            for (DiskEvent event : stage.disk().trace().events()) {
                if (event.call().started() > from && moment == Moment.IN_SYNC && event instanceof DiskEvent.SyncEnded sync) {
                    files.add(sync.name());
                } else if (event.call().started() > from && moment == Moment.AFTER_WRITE && event instanceof DiskEvent.Written write) {
                    files.add(write.name());
                }
            }
            return IntStream.range(0, files.size()).filter(number -> each || moment == Moment.IN_SYNC || differs(files, number, number - 1) || differs(files, number, number + 1)).boxed().toList();
        }
    }

    private static boolean differs(List<String> files, int number, int other) {
        return other < 0 || other == files.size() || !files.get(other).equals(files.get(number));
    }
}
