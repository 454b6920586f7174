package dev.afterimage.spitests.check;

import java.util.List;
import java.util.Locale;

import dev.afterimage.api.Durability;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.api.StoreException;
import dev.afterimage.spi.storage.DiskException;
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
 * A restart that has much to undo is cut short over and over, at the same change to the disk each time (rule L2): what all attempts together leave on the disk is what one needs, and not more with each; and the restart
 * that at last comes to its end finds everything (rule A2).
 *
 * <p>The losers are so large that what a strategy with a log writes to undo them fills several of its smallest segments.
 */
final class InterruptedRestarts {
    private static final int LOSERS = 3;
    private static final int UPDATES = 2_400;
    private static final int PLACES = 6;
    private static final int ATTEMPTS = 20;

    private final StoreUnderTest subject;
    private final Tally tally;

    InterruptedRestarts(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.tally = tally;
    }

    /** What an attempt left: the image, and whether it came to its end; if so, how many calls the disk had had. */
    private record Attempt(DiskImage left, boolean complete, long calls) {
        long bytes() {
            return FullDisk.bytes(left);
        }
    }

    void leaveNoMoreThanOne() {
        DiskImage crashed;
        ReferenceModel committed;
        try (Stage stage = new Stage(subject, LOSERS)) {
            play(stage);
            committed = new ReferenceModel(stage.history().latest().after(), stage.model().transactions());
            crashed = stage.disk().asIssued();
        }
        Attempt whole = attempt(crashed, committed, 0, 0);
        long one = Math.max(FullDisk.bytes(crashed), whole.bytes());
        for (int place = 0; place < PLACES; place++) {
            one = Math.max(one, attempt(crashed, committed, change(whole, place), 0).bytes());
        }
        long many = 0;
        long step = 0;
        int cut = 0;
        for (int place = 0; place < PLACES; place++) {
            DiskImage image = crashed;
            for (int count = 0; count < ATTEMPTS; count++) {
                tally.oneCase();
                Attempt attempt = attempt(image, committed, change(whole, place), count);
                if (attempt.complete) {
                    break;
                }
                cut++;
                step = Math.max(step, attempt.bytes() - FullDisk.bytes(image));
                many = Math.max(many, attempt.bytes());
                image = attempt.left;
            }
            requireReturn(attempt(image, committed, 0, 0), whole, place);
        }
        tally.figures(String.format(Locale.ROOT, "%,d restarts cut short, up to %d in a row: %,d KiB at the crash, with one restart %,d at most, with all of them %,d; no attempt added more than %,d; when one came to its end %,d",
                cut, ATTEMPTS, FullDisk.bytes(crashed) >> 10, one >> 10, many >> 10, step >> 10, whole.bytes() >> 10));
        if (many > one + one / 8) {
            throw new Violation("L2", "bytes on the disk after up to " + ATTEMPTS + " restarts cut short: expected no more than one restart takes (" + one + "), found " + many, null);
        }
    }

    private static void requireReturn(Attempt last, Attempt whole, int place) {
        if (last.bytes() > whole.bytes() + whole.bytes() / 8) {
            throw new Violation("L2", "bytes on the disk when a restart came to its end, after " + ATTEMPTS + " that were cut short (place " + place + "): expected about as many as without those ("
                    + whole.bytes() + "), found " + last.bytes(), null);
        }
    }

    /** The change at which an attempt ends; a later one for a later place. Early ones are the worst: hardly anything is undone then, and something is written. */
    private static long change(Attempt whole, int place) {
        return Math.max(4, whole.calls * (place + 1) * (place + 1) / ((PLACES + 1) * (PLACES + 1)));
    }

    private static void play(Stage stage) {
        stage.create();
        List<Long> pages = stage.fill(2 * stage.subject().cachePages() + 1);
        for (int loser = 0; loser < LOSERS; loser++) {
            stage.actor(1 + loser).begin();
        }
        for (int update = 0; update < UPDATES; update++) {
            // Each has pages of its own; the last page is nobody's.
            int turn = update % (pages.size() - 1);
            stage.actor(1 + turn % LOSERS).write(pages.get(turn));
        }
        stage.background();
        Actor other = stage.actor(0);
        other.begin();
        other.write(pages.get(pages.size() - 1));
        other.commit(Durability.POWER_SAFE);
        if (stage.hasFailed() || !stage.refusals().isEmpty()) {
            throw new Violation("L1", "losers of " + UPDATES + " updates: expected them to work, found " + stage.failure() + " " + stage.refusals(), stage.failure());
        }
    }

    /** Opens the store; the power fails at that change, or never (0). Every other time what was not synced is lost. */
    private Attempt attempt(DiskImage image, ReferenceModel committed, long lastChange, int count) {
        SimulatedDisk disk = new SimulatedDisk(image);
        disk.faults().powerOffAtChange(lastChange);
        CommittedState wanted = committed.history().latest().after();
        try (Stage stage = new Stage(subject, disk, disk, new ReferenceModel(wanted, committed.transactions()), LOSERS + count)) {
            try {
                stage.open(OpenMode.OPEN);
            } catch (StoreException | DiskException e) {
                if (lastChange == 0) {
                    throw new Violation("A2", "a restart after others that were cut short: expected it to succeed, found " + e, e);
                }
                return new Attempt(count % 2 == 0 ? disk.asIssued() : disk.asSynced(), false, 0);
            }
            disk.faults().clear();
            long calls = disk.now();
            CommittedState found = Scan.of(stage.store(), committed.knownPages());
            if (!found.equals(wanted)) {
                throw new Violation("A2", "a restart after others that were cut short: expected what was committed, found\n" + wanted.difference(found), null);
            }
            return new Attempt(disk.asIssued(), true, calls);
        }
    }
}
