package dev.afterimage.spitests.play;

import java.util.List;

import dev.afterimage.api.Durability;
import dev.afterimage.spitests.model.PageContent;
import dev.afterimage.spitests.model.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Transactions far larger than the cache (rule L1): one fills pages, one changes them all and rolls half of that back, one changes them all and rolls back, one
 * is unfinished when the power fails.
 *
 * @param pages how many pages
 */
public record LargeTransaction(int pages) implements Scenario {
    private static final String PREFIX = "large-transaction-";

    /** Reads a title; null if it is none of these. */
    @Nullable
    static LargeTransaction named(String title) {
        return title.matches(PREFIX + "\\d{1,7}") ? new LargeTransaction(Integer.parseInt(title.substring(PREFIX.length()))) : null;
    }

    @Override
    public String title() {
        return PREFIX + pages;
    }

    @Override
    public void play(Stage stage) {
        stage.create();
        List<Long> given = stage.fill(pages);
        Actor actor = stage.actor(0);
        actor.begin();
        given.forEach(actor::write);
        actor.savepoint();
        given.forEach(page -> actor.write(page, 3, 5));
        actor.rollbackTo(0);
        given.subList(0, pages / 2).forEach(page -> actor.write(page, 6, PageContent.SLOTS));
        actor.commit(Durability.POWER_SAFE);
        actor.begin();
        given.forEach(actor::write);
        actor.rollback();
        actor.begin();
        given.forEach(actor::read);
        given.forEach(page -> actor.write(page, 1, 2));
        stage.background();
        if (stage.hasFailed() || !stage.refusals().isEmpty() || !actor.active()) {
            throw new Violation("L1", "a transaction of " + pages + " pages with a cache of " + stage.subject().cachePages() + ": expected it to work, found "
                    + stage.failure() + " " + stage.refusals(), stage.failure());
        }
    }
}
