package dev.afterimage.spitests.check;

import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.api.Transaction;
import dev.afterimage.api.TransactionOptions;
import dev.afterimage.api.UnsupportedTraitException;
import dev.afterimage.spi.OptionalTrait;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.model.CrashKind;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.DirectedScenario;
import dev.afterimage.spitests.play.LateRollbackScenario;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/** What a strategy declares beyond what all must do is there, and what it does not declare is refused by name (rule P1); and what snapshots keep is given back (rule V3). */
public final class OptionalTraits {
    private static final int CYCLES = 6;
    private static final int COMMITS = 40;
    private static final int PAGES = 12;

    private final StoreUnderTest subject;
    private final StrategyTraits traits;
    private final Tally tally;

    /** Adds what it looks at to a tally. */
    public OptionalTraits(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.traits = subject.strategy().traits();
        this.tally = tally;
    }

    /** Snapshots begin, or are refused by the exception that names trait and strategy. */
    public void snapshots() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 1)) {
            stage.create();
            UnsupportedTraitException refusal = null;
            try (Transaction snapshot = stage.store().begin(TransactionOptions.readOnlySnapshot())) {
                snapshot.read(stage.root()).close();
                snapshot.commit();
            } catch (UnsupportedTraitException e) {
                refusal = e;
            }
            if (traits.has(OptionalTrait.SNAPSHOT_READS)) {
                if (refusal != null) {
                    throw new Violation("P1", "the strategy declares SNAPSHOT_READS: expected a snapshot to begin, found " + refusal, refusal);
                }
            } else if (refusal == null || !refusal.getMessage().contains(OptionalTrait.SNAPSHOT_READS.name()) || !refusal.getMessage().contains(subject.strategy().name())) {
                throw new Violation("P1", "the strategy does not declare SNAPSHOT_READS: expected an UnsupportedTraitException that names trait and strategy, found " + refusal, refusal);
            }
            DirectedScenario.commitAfter(stage, 1);
        }
    }

    /** Unfinished work is rolled back after opening, or before. */
    public void lateRollback() {
        tally.oneCase();
        if (traits.has(OptionalTrait.ROLLBACK_AFTER_OPENING)) {
            try (Stage stage = new Stage(subject, 1)) {
                LateRollbackScenario.COMMITS_BESIDE_ROLLBACK.play(stage);
            }
            return;
        }
        try (Stage stage = new Stage(subject, 1)) {
            DirectedScenario.CHECKPOINT_AMID_WORK.play(stage);
            stage.holdRollbacks(true);
            DirectedScenario.commitAfter(stage, 1);
            stage.crash(CrashKind.PROCESS);
            if (stage.rollingBack()) {
                throw new Violation("P1", "the strategy does not declare ROLLBACK_AFTER_OPENING: expected nothing to be rolled back after opening", null);
            }
        }
    }

    /** Snapshots that come and go, with commits under each: the store grows to a size and stays there. */
    public void givenBack() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 7)) {
            stage.create();
            List<Long> pages = stage.fill(PAGES);
            long bound = 0;
            for (int cycle = 0; cycle < CYCLES; cycle++) {
                Actor reader = stage.actor(1);
                reader.begin(TransactionOptions.readOnlySnapshot());
                for (int count = 0; count < COMMITS; count++) {
                    commit(stage, pages, count);
                }
                pages.forEach(reader::read);
                reader.commit(Durability.POWER_SAFE);
                stage.checkpoint();
                stage.background();
                long bytes = bytes(stage.disk().asIssued());
                if (cycle == 1) {
                    bound = bytes + bytes / 4;
                } else if (cycle > 1 && bytes > bound) {
                    throw new Violation("V3", "after " + cycle + " snapshots that came and went: expected at most " + bound + " bytes on the disk, found " + bytes, null);
                }
            }
        }
    }

    private static void commit(Stage stage, List<Long> pages, int count) {
        Actor writer = stage.actor(0);
        writer.begin();
        writer.write(pages.get(count % PAGES));
        writer.write(pages.get((count * 5 + 1) % PAGES), 2, 9);
        writer.commit(count % 8 == 0 ? Durability.POWER_SAFE : Durability.RELAXED);
    }

    private static long bytes(DiskImage image) {
        return image.names().stream().mapToLong(image::size).sum();
    }
}
