package dev.afterimage.postgresstyle;

import org.jspecify.annotations.Nullable;

/** What a page was from one commit to another, kept for snapshots ({@link KeptVersions}). Its bytes never change while it is kept. */
final class KeptVersion {
    private static final long NO_SLOT = -1;

    private final long pageId;
    private final long birth;
    private final long replaced;
    private final long slot;
    private final @Nullable RuntimeException loss;
    /** The next older version that is kept of this page; guarded by the lock of {@link KeptVersions}. */
    @Nullable KeptVersion older;

    private KeptVersion(long pageId, long birth, long replaced, long slot, @Nullable RuntimeException loss) {
        assert birth < replaced : "page " + pageId + " was replaced at " + replaced + ", before it was written at " + birth;
        this.pageId = pageId;
        this.birth = birth;
        this.replaced = replaced;
        this.slot = slot;
        this.loss = loss;
    }

    /** One whose bytes are in a slot. */
    static KeptVersion in(long slot, long pageId, long birth, long replaced) {
        assert slot >= 0;
        return new KeptVersion(pageId, birth, replaced, slot, null);
    }

    /** From the one commit to the other there was no such page. */
    static KeptVersion noPage(long pageId, long birth, long replaced) {
        return new KeptVersion(pageId, birth, replaced, NO_SLOT, null);
    }

    /** The bytes could not be kept. Since when the page had them may not be known either, so it counts as for ever. */
    static KeptVersion lost(long pageId, long replaced, RuntimeException cause) {
        return new KeptVersion(pageId, 0, replaced, NO_SLOT, cause);
    }

    long pageId() {
        return pageId;
    }

    /** LSN of the commit that made it; 0 where that is not known. */
    long birth() {
        return birth;
    }

    /** LSN of the commit that replaced it. */
    long replaced() {
        return replaced;
    }

    boolean hasSlot() {
        return slot != NO_SLOT;
    }

    long slot() {
        assert hasSlot();
        return slot;
    }

    /** Why its bytes are not there; null if they are, or if there was no page. */
    @Nullable RuntimeException loss() {
        return loss;
    }

    /** Whether a snapshot of that moment sees it: it sees commits whose records lie before the moment. */
    boolean isSeenAt(long moment) {
        return birth < moment && moment <= replaced;
    }
}
