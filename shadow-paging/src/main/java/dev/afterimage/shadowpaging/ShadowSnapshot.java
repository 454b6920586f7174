package dev.afterimage.shadowpaging;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.StrategySnapshot;
import java.util.ArrayDeque;

/**
 * A moment held still: a durable root that is pinned. It walks that root's tree as a transaction walks the newest one, needing neither locks nor the announcements of {@link WalkEpochs}, because no slot of the tree is
 * given out before it ends.
 */
final class ShadowSnapshot implements StrategySnapshot {
    private final Flips flips;
    private final PageTable table;
    private final PinnedRoots.Pin pin;
    private final PageTable.Entry entry = new PageTable.Entry();
    private final ArrayDeque<ShadowPage> idle = new ArrayDeque<>(4);

    ShadowSnapshot(Flips flips, PageTable table, PinnedRoots.Pin pin) {
        this.flips = flips;
        this.table = table;
        this.pin = pin;
    }

    @Override
    public PageAccess read(long pageId) {
        flips.checkUsable();
        if (pageId < 0 || !table.find(pin.root(), pageId, entry)) {
            throw new PageNotFoundException("page " + pageId + " did not exist at the moment of this snapshot");
        }
        ShadowPage reused = idle.poll();
        ShadowPage page = reused == null ? new ShadowPage(idle) : reused;
        return page.open(pageId, table.pin(entry.slot(), entry.checksum()), false);
    }

    /** All it saw is durable already. */
    @Override
    public CommitTicket commit(Durability level) {
        close();
        return CommitTicket.DONE;
    }

    @Override
    public void close() {
        flips.unpin(pin);
    }
}
