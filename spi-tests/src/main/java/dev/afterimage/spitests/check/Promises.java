package dev.afterimage.spitests.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.afterimage.api.Durability;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * Looks for a strategy's declared traits on the disk (rule P1).
 *
 * <p>Where a page's home is, only the strategy knows; what can be seen is this. While the store is closed, the places in its files are noted where a tag of a
 * committed page lies. If later the tag of an <em>unfinished</em> transaction lies at a place noted for the same page and slot, its bytes have been
 * written over committed ones: that is stealing. Copies elsewhere (a spill file, a fresh slot, a log) are nobody's home.
 */
public final class Promises {
    private final StoreUnderTest subject;
    private final StrategyTraits traits;
    private final Tally tally;

    /** Adds what it looks at to a tally. */
    public Promises(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.traits = subject.strategy().traits();
        this.tally = tally;
    }

    private record Place(String file, long position) {
    }

    private record Slot(long page, int slot) {
    }

    /** Unfinished work under memory pressure: does it reach the homes of its pages, as declared? */
    public void steal() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 23)) {
            stage.create();
            List<Long> pages = stage.fill(subject.cachePages() + 16);
            stage.reopen();
            stage.closeStore();
            Map<Place, Slot> homes = places(stage.disk().asIssued(), stage.history().latest().after());
            stage.reopenAfterFailure();
            Actor unfinished = stage.actor(1);
            unfinished.begin();
            pages.forEach(unfinished::write);
            stage.checkpoint();
            stage.background();
            CommittedState view = stage.history().latest().after().with(unfinished.expected().changes());
            Map<Place, Slot> now = places(stage.disk().asIssued(), view);
            long stolen = now.entrySet().stream().filter(place -> place.getValue().equals(homes.get(place.getKey()))).count();
            if (stolen > 0 && !traits.steal()) {
                throw new Violation("P1", "the strategy declares no steal: expected no byte of an unfinished transaction in a page's home, found " + stolen, null);
            }
            if (stolen == 0 && traits.steal()) {
                throw new Violation("P1", "the strategy declares steal: expected unfinished bytes in some page's home under memory pressure, found none", null);
            }
        }
    }

    /** A strategy that forces needs no redo; one that does not shows some. */
    public void force() {
        tally.oneCase();
        long redone = 0;
        try (Stage stage = new Stage(subject, 29)) {
            stage.create();
            for (int round = 0; round < 5; round++) {
                DirectedScenario.commitAfter(stage, 1);
                redone += recover(stage).transactionsRedone();
            }
        }
        if (traits.force() && redone > 0) {
            throw new Violation("P1", "the strategy declares force: expected recovery to redo nothing, found " + redone + " transactions redone", null);
        }
        if (!traits.redo() && redone > 0) {
            throw new Violation("P1", "the strategy declares no redo, found " + redone + " transactions redone", null);
        }
        if (!traits.force() && redone == 0) {
            throw new Violation("P1", "the strategy declares no force: expected recovery to redo and to say so, found nothing redone", null);
        }
    }

    private RecoveryReport recover(Stage stage) {
        SimulatedDisk disk = new SimulatedDisk(stage.disk().asSynced());
        try (Stage after = new Stage(subject, disk, disk, new ReferenceModel(stage.history().latest().after(), 0), 1)) {
            return after.open(OpenMode.OPEN).recoveryReport();
        }
    }

    /** Where the tags of a state's pages lie; a tag is one page's alone where each page was written by an operation of its own. */
    private static Map<Place, Slot> places(DiskImage image, CommittedState state) {
        Map<Long, Long> pageOfTag = new HashMap<>();
        for (long page : state.pages()) {
            long tag = Objects.requireNonNull(state.page(page)).tag(0);
            if (tag != 0) {
                pageOfTag.put(tag, page);
            }
        }
        Map<Place, Slot> places = new HashMap<>();
        for (String file : image.names()) {
            ByteBuffer bytes = ByteBuffer.wrap(image.read(file, 0, Math.toIntExact(image.size(file)))).order(ByteOrder.LITTLE_ENDIAN);
            Map<Long, Integer> seen = new HashMap<>();
            for (int position = 0; position + 8 <= bytes.limit(); position += 8) {
                Long page = pageOfTag.get(bytes.getLong(position));
                if (page != null) {
                    places.put(new Place(file, position), new Slot(page, seen.merge(page, 1, Integer::sum) % PageContent.SLOTS));
                }
            }
        }
        return places;
    }

    /** The levels a strategy's report must tell apart (rule R1). */
    public void reports() {
        tally.oneCase();
        RecoveryWatch watch = new RecoveryWatch();
        try (Stage stage = new Stage(subject, 31)) {
            stage.listener(watch);
            stage.create();
            watch.expect(stage.reports().get(0), RecoveryReport.Outcome.CREATED);
            DirectedScenario.commitAfter(stage, 2);
            stage.reopen();
            watch.expect(stage.reports().get(1), RecoveryReport.Outcome.CLEAN);
            Actor actor = stage.actor(0);
            actor.begin();
            actor.write(stage.root());
            actor.commit(Durability.POWER_SAFE);
            SimulatedDisk disk = new SimulatedDisk(stage.disk().asSynced());
            try (Stage after = new Stage(subject, disk, disk, new ReferenceModel(stage.history().latest().after(), 0), 1)) {
                after.listener(watch);
                watch.expect(after.open(OpenMode.OPEN).recoveryReport(), RecoveryReport.Outcome.RECOVERED);
                watch.expectNumbering(after.store());
                RecoveryWatch.expectConsistent(after.store().recoveryReport(), traits);
            }
        }
        watch.expectProgress();
        reportOfUnfinished(watch);
        reportOfRolledBack();
    }

    /** A transaction that was rolled back before the crash, durably, is not among those that recovery undoes. */
    private void reportOfRolledBack() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 41)) {
            stage.create();
            List<Long> pages = stage.fill(2);
            Actor loser = stage.actor(1);
            loser.begin();
            pages.forEach(loser::write);
            loser.rollback();
            DirectedScenario.commitAfter(stage, 1);
            RecoveryReport report = recover(stage);
            if (report.transactionsUndone() > 0) {
                throw new Violation("R1", "expected nothing to be undone where the only transaction without a commit had been rolled back, durably; found " + report, null);
            }
        }
    }

    /** Unfinished work that reached the homes: what a report says of undoing it. */
    private void reportOfUnfinished(RecoveryWatch watch) {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 37)) {
            stage.create();
            List<Long> pages = stage.fill(subject.cachePages() + 16);
            Actor unfinished = stage.actor(1);
            unfinished.begin();
            pages.forEach(unfinished::write);
            stage.checkpoint();
            stage.background();
            SimulatedDisk disk = new SimulatedDisk(stage.disk().asSynced());
            try (Stage after = new Stage(subject, disk, disk, new ReferenceModel(stage.history().latest().after(), 0), 1)) {
                after.listener(watch);
                RecoveryReport report = after.open(OpenMode.OPEN).recoveryReport();
                watch.expect(report, RecoveryReport.Outcome.RECOVERED);
                RecoveryWatch.expectConsistent(report, traits);
                // Only where a log keeps what is undone, and recovery does it before it returns.
                if (traits.undo() && traits.redo() && !traits.has(OptionalTrait.ROLLBACK_AFTER_OPENING)) {
                    RecoveryWatch.expectUndone(report, pages.size());
                }
            }
        }
    }
}
