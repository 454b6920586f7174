package dev.afterimage.examples.rollbackjournal;

import java.util.List;

import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.RecoveryStrategy;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyContext;
import dev.afterimage.spi.StrategyOption;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spi.TornPageProtection;

/** The door of this plug-in. */
public final class RollbackJournalProvider implements RecoveryStrategyProvider {
    static final String NAME = "rollback-journal";

    /** A journal that grew beyond this is cut back when its transaction is over. */
    static final StrategyOption<Long> JOURNAL_SIZE_LIMIT = StrategyOption.bytes("journal-size-limit", 1 << 20, 64 << 10, 1L << 40,
            "Bytes of a journal that stay on the disk for the next transaction; what a larger one needed beyond that is given back.");

    /**
     * Steal: unfinished bytes go home when the cache is full. Force: a commit's pages are home before it is done. So there may be something to undo, and there is never anything to redo.
     * Of changes the engine need not note anything, for the journal has whole pages.
     */
    private static final StrategyTraits TRAITS = new StrategyTraits(true, true, false, true, TornPageProtection.ROLLBACK_JOURNAL, ChangeDetail.NONE, HomePages.RESERVED_BYTES);

    /** For {@link java.util.ServiceLoader}. */
    public RollbackJournalProvider() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Keeps the page as it was in a journal and changes it in place: nothing to redo, little to undo, four syncs for each commit.";
    }

    @Override
    public StrategyTraits traits() {
        return TRAITS;
    }

    @Override
    public List<StrategyOption<?>> options() {
        return List.of(JOURNAL_SIZE_LIMIT);
    }

    @Override
    public RecoveryStrategy open(StrategyContext context) {
        // A journal's header is written again and again in one sector, and what it says is the only witness of what must be rolled back.
        context.requirePowerSafeOverwrite(name());
        return new RollbackJournalStrategy(context);
    }
}
