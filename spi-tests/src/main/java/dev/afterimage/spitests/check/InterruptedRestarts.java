package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.api.StoreFullException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.FullDisk;
import dev.afterimage.spitests.play.Scan;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * A restart that has much to undo is cut short over and over, at the same change to the disk each time or each time a little later (rule L2): what all attempts together leave on the disk is what one needs, and not more with each; and the restart
 * that at last comes to its end finds everything (rule A2).
 *
 * <p>The losers are so large that what a strategy with a log writes to undo them fills several of its smallest segments.
 */
final class InterruptedRestarts {
    private static final int LOSERS = 3;
    private static final int UPDATES = 2_400;
    private static final int PLACES = 2;
    private static final int ATTEMPTS = 20;
    private static final int MANY_ATTEMPTS = 50;
    private static final long ROOM = 2 << 20;

    private final StoreUnderTest subject;
    private final Tally tally;
    private long capacity = Long.MAX_VALUE;

    InterruptedRestarts(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** What an attempt left: the image, and whether it came to its end; if so, what the disk's clock said then. */
    private record Attempt(DiskImage left, boolean complete, long ticks) {
        long bytes() {
            return FullDisk.bytes(left);
        }
    }

    void leaveNoMoreThanOne() {
        DiskImage crashed;
        ReferenceModel committed;
        try (Stage stage = new Stage(subject, LOSERS)) {
            play(stage);
            requireWork(stage);
            committed = new ReferenceModel(stage.history().latest().after(), stage.model().transactions());
            crashed = stage.disk().asIssued();
        }
        Attempt whole = attempt(crashed, committed, 0, 0);
        long changes = changes(crashed, committed, whole.ticks);
        long one = Math.max(FullDisk.bytes(crashed), whole.bytes());
        for (int part = 1; part < MANY_ATTEMPTS; part += 7) {
            one = Math.max(one, attempt(crashed, committed, changes * part / MANY_ATTEMPTS, 0).bytes());
        }
        Row row = new Row(crashed, committed, whole);
        for (int place = 1; place <= PLACES; place++) {
            long same = changes * place / (PLACES + 1);
            row.of(ATTEMPTS, count -> same);
        }
        // A restart that is given a little more each time first redoes what those before it did, and then adds a little: the most attempts that leave something new each.
        row.of(MANY_ATTEMPTS, count -> 1 + changes * count / MANY_ATTEMPTS);
        tally.figures(String.format(Locale.ROOT, "%,d restarts cut short, up to %d in a row: %,d KiB at the crash, with one restart %,d at most, with all of them %,d; no attempt added more than %,d; once one came to its end %,d",
                row.cut, MANY_ATTEMPTS, FullDisk.bytes(crashed) >> 10, one >> 10, row.most >> 10, row.step >> 10, whole.bytes() >> 10));
        if (row.most > one + one / 16) {
            throw new Violation("L2", "bytes on the disk after up to " + MANY_ATTEMPTS + " restarts cut short: expected no more than one restart takes (" + one + "), found " + row.most, null);
        }
    }

    /** The same on a disk that filled up under the losers and stays full: every attempt opens the store, or would have, had the power not failed (rule F2). */
    void findRoomOnFullDisk() {
        DiskImage crashed;
        ReferenceModel committed;
        try (Stage stage = new Stage(subject, LOSERS)) {
            play(stage, ROOM);
            committed = new ReferenceModel(stage.history().latest().after(), stage.model().transactions());
            crashed = stage.disk().asIssued();
        }
        capacity = FullDisk.bytes(crashed);
        Attempt whole = attempt(crashed, committed, 0, 0);
        long changes = changes(crashed, committed, whole.ticks);
        Row row = new Row(crashed, committed, whole);
        row.of(MANY_ATTEMPTS, count -> 1 + changes * count / MANY_ATTEMPTS);
        row.of(MANY_ATTEMPTS, count -> changes / 2 + 1 + changes * count / (2 * MANY_ATTEMPTS));
    }

    /** Rows of attempts, each of which begins with what the crash left, and what they took at most. */
    private final class Row {
        private final DiskImage crashed;
        private final ReferenceModel committed;
        private final Attempt whole;
        private long most;
        private long step;
        private int cut;

        Row(DiskImage crashed, ReferenceModel committed, Attempt whole) {
            this.crashed = crashed;
            this.committed = committed;
            this.whole = whole;
        }

        void of(int attempts, IntToLongFunction lastChange) {
            DiskImage image = crashed;
            for (int count = 0; count < attempts; count++) {
                tally.oneCase();
                Attempt attempt = attempt(image, committed, lastChange.applyAsLong(count), count);
                if (attempt.complete) {
                    break;
                }
                cut++;
                step = Math.max(step, attempt.bytes() - FullDisk.bytes(image));
                most = Math.max(most, attempt.bytes());
                image = attempt.left;
            }
            requireReturn(attempt(image, committed, 0, 0), whole);
        }
    }

    private static void requireReturn(Attempt last, Attempt whole) {
        if (last.bytes() > whole.bytes() + whole.bytes() / 8) {
            throw new Violation("L2", "bytes on the disk when a restart came to its end, after others that were cut short: expected about as many as without those ("
                    + whole.bytes() + "), found " + last.bytes(), null);
        }
    }

    /** How many changes to the disk an attempt makes: the fewest that do not cut it short. */
    private long changes(DiskImage crashed, ReferenceModel committed, long atMost) {
        long low = 1;
        long high = atMost + 1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (attempt(crashed, committed, middle, 0).complete) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low - 1;
    }

    private static void play(Stage stage) {
        play(stage, Long.MAX_VALUE);
    }

    /** Losers write, until it is much, or until one is refused for want of room. */
    private static void play(Stage stage, long room) {
        stage.create();
        List<Long> pages = stage.fill(2 * stage.subject().cachePages() + 1);
        if (room < Long.MAX_VALUE) {
            stage.disk().faults().capacityBytes(stage.disk().allocatedBytes() + room);
        }
        for (int loser = 0; loser < LOSERS; loser++) {
            stage.actor(1 + loser).begin();
        }
        for (int update = 0; update < UPDATES && stage.refusals().isEmpty(); update++) {
            // Each has pages of its own; the last page is nobody's.
            int turn = update % (pages.size() - 1);
            stage.actor(1 + turn % LOSERS).write(pages.get(turn));
        }
        stage.background();
        Actor other = stage.actor(0);
        other.begin();
        if (other.write(pages.get(pages.size() - 1))) {
            other.commit(Durability.POWER_SAFE);
        }
    }

    private static void requireWork(Stage stage) {
        if (stage.hasFailed() || !stage.refusals().isEmpty()) {
            throw new Violation("L1", "losers of " + UPDATES + " updates: expected them to work, found " + stage.failure() + " " + stage.refusals(), stage.failure());
        }
    }

    /** Opens the store; the power fails at that change, or never (0). Every other time what was not synced is lost. */
    private Attempt attempt(DiskImage image, ReferenceModel committed, long lastChange, int count) {
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.faults().capacityBytes(capacity);
        disk.faults().powerOffAtChange(lastChange);
        CommittedState wanted = committed.history().latest().after();
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(wanted, committed.transactions()), LOSERS + count)) {
            try {
                stage.open(OpenMode.OPEN);
            } catch (StoreException | DiskException e) {
                if (tellsOfRoom(e)) {
                    throw new Violation("F2", "a restart on a full disk, after " + count + " that were cut short: expected it to find the room it needs, found " + e, e);
                }
                if (lastChange == 0) {
                    throw new Violation("A2", "a restart after others that were cut short: expected it to succeed, found " + e, e);
                }
                return new Attempt(count % 2 == 0 ? disk.asIssued() : disk.asSynced(), false, 0);
            }
            disk.faults().clear();
            long ticks = disk.now();
            CommittedState found = Scan.of(stage.store(), committed.knownPages());
            if (!found.equals(wanted)) {
                throw new Violation("A2", "a restart after others that were cut short: expected what was committed, found\n" + wanted.difference(found), null);
            }
            return new Attempt(disk.asIssued(), true, ticks);
        }
    }

    private static boolean tellsOfRoom(Throwable e) {
        return e instanceof DiskFullException || e instanceof StoreFullException || e.getCause() != null && tellsOfRoom(e.getCause());
    }
}
