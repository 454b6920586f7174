package dev.afterimage.spitests.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.afterimage.api.Durability;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreConfig.OpenMode;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.model.Violation;
import dev.afterimage.spitests.play.Actor;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;
import dev.afterimage.spitests.watch.Homes;
import dev.afterimage.spitests.watch.PageCopies;

/**
 * Looks for what {@link Promises} does not: undo, torn-page protection, and the bytes that a strategy keeps of a page (rule P1).
 *
 * <p>Field by field of {@link StrategyTraits}: steal, force and redo are seen by {@link Promises}; undo, torn-page protection and page header here; what is optional by {@link OptionalTraits}. How much detail of changes a
 * strategy wants is between it and the engine, leaves nothing on the disk, and is not observed.
 */
public final class TraitsSeen {
    private static final int PAGES = 4;
    private static final int CHANGED_SLOTS = 3;

    private final StoreUnderTest subject;
    private final StrategyTraits traits;
    private final Tally tally;

    /** Adds what it looks at to a tally. */
    public TraitsSeen(StoreUnderTest subject, Tally tally) {
        this.subject = subject;
        this.traits = subject.strategy().traits();
        this.tally = tally;
    }

    /** A strategy that steals has something to undo after a crash, and says so; one that declares no undo never has. */
    public void undo() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 47)) {
            stage.create();
            List<Long> pages = stage.fill(subject.cachePages() + 16);
            Actor unfinished = stage.actor(1);
            unfinished.begin();
            pages.forEach(unfinished::write);
            stage.checkpoint();
            stage.background();
            SimulatedDisk disk = new SimulatedDisk(stage.disk().asSynced());
            try (Stage after = new Stage(subject, disk, disk, new ReferenceModel(stage.history().latest().after(), 0), 1)) {
                RecoveryReport report = after.open(OpenMode.OPEN).recoveryReport();
                long undone = report.transactionsUndone() + report.transactionsRollingBack();
                if (traits.steal() && undone == 0) {
                    throw new Violation("P1", "the strategy declares steal, and so undo: expected recovery to undo the one unfinished transaction, or to leave it to be rolled back, found " + report, null);
                }
                long changes = report.phases().stream().mapToLong(phase -> phase.changesUndone()).sum();
                if (!traits.undo() && (changes > 0 || report.transactionsRollingBack() > 0)) {
                    throw new Violation("P1", "the strategy declares no undo: expected no change undone, found " + report, null);
                }
            }
        }
    }

    /** A page has as many bytes as the strategy leaves of it. */
    public void pageHeader() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 53)) {
            stage.create();
            int usable = HomeSearch.usableBytes(stage);
            if (usable != subject.pageSize() - traits.pageHeaderBytes()) {
                throw new Violation("P1", "the strategy declares " + traits.pageHeaderBytes() + " bytes of page header: expected " + (subject.pageSize() - traits.pageHeaderBytes())
                        + " bytes of a page to be left, found " + usable, null);
            }
        }
    }

    /** Small changes of pages that lie at home: are the pages copied whole before they are overwritten, as declared, and when? */
    public void tornPageProtection() {
        tally.oneCase();
        try (Stage stage = new Stage(subject, 59)) {
            stage.create();
            List<Long> pages = stage.fill(PAGES);
            stage.checkpoint();
            stage.background();
            stage.checkpoint();
            Homes homes = HomeSearch.of(stage);
            CommittedState state = stage.history().latest().after();
            Map<Long, Long> values = new HashMap<>();
            pages.forEach(page -> values.put(page, Objects.requireNonNull(state.page(page)).tag(PageContent.SLOTS - 1)));
            long begun = stage.now();
            Actor actor = stage.actor(1);
            actor.begin();
            pages.forEach(page -> actor.write(page, 0, CHANGED_SLOTS));
            actor.commit(Durability.POWER_SAFE);
            long answered = stage.now();
            stage.checkpoint();
            stage.background();
            stage.checkpoint();
            Homes later = HomeSearch.of(stage);
            int moved = (int) pages.stream().filter(page -> later.hasMoved(page, homes)).count();
            require(new PageCopies(homes, values).of(stage.disk().trace(), begun, answered), moved);
        }
    }

    private void require(PageCopies.Evidence seen, int moved) {
        if (traits.tornPageProtection() != TornPageProtection.COPY_ON_WRITE && traits.tornPageProtection() != TornPageProtection.DEVICE) {
            demand(moved == 0, "pages to stay where they live, found that " + moved + " moved", seen);
        }
        switch (traits.tornPageProtection()) {
            case FULL_PAGE_IMAGES -> {
                demand(seen.copied() == PAGES, "each page's image in the log, durably, when its first change since the checkpoint is answered", seen);
                demand(seen.overwritten() > 0 && seen.overwrittenUncopied() == 0, "pages to go home, and none before its image is durable", seen);
            }
            case DOUBLEWRITE -> {
                demand(seen.copied() == 0, "no copy of a page before it goes home", seen);
                demand(seen.overwritten() > 0 && seen.overwrittenUncopied() == 0, "pages to go home, and none before its copy is durable", seen);
            }
            case ROLLBACK_JOURNAL -> demand(seen.overwritten() > 0 && seen.overwrittenUncopied() == 0, "pages to go home, and none before it was copied, as it was, and durably", seen);
            case COPY_ON_WRITE -> {
                demand(seen.overwrittenBefore() == 0, "no page to be overwritten where it lies before the change is answered", seen);
                demand(moved == PAGES, "each changed page to live elsewhere afterwards, found that " + moved + " do", seen);
            }
            case DEVICE -> {
                // It relies on the device: there is nothing to see.
            }
        }
    }

    private void demand(boolean holds, String what, PageCopies.Evidence seen) {
        if (!holds) {
            throw new Violation("P1", "the strategy declares " + traits.tornPageProtection() + ": expected " + what + "; of " + PAGES + " pages, found " + seen, null);
        }
    }
}
