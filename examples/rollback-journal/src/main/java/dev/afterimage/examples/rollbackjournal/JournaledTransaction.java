package dev.afterimage.examples.rollbackjournal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;
import org.jspecify.annotations.Nullable;

/**
 * A transaction. It changes pages in place, in the shared frames; before it changes one for the first time, and again for the first time after each mark, its journal has the page as it is.
 *
 * <pre>
 *   commit     1 sync the journal's entries   2 write their count, sync   3 write the pages home, sync   4 make the journal cold, sync
 *              └──────── needed before the first home is overwritten ───┘                               └ from here on it has committed
 *   rollback   forget the frames; those that were stolen: write home as they were, sync, make the journal cold, sync
 * </pre>
 * <strong>Invariant 3: a page is in one hot journal at most.</strong> The engine keeps the page's lock until {@link #commit} or {@link #rollback} has returned, and neither returns before the journal is cold, durably. So
 * recovery may take the hot journals in any order, and a page it puts back is never one that somebody else committed later. This is why all the waiting is in {@code commit} and none is in the ticket.
 */
final class JournaledTransaction implements StrategyTransaction {
    /** A page as it was at some moment: an entry of the journal. */
    private record Image(TouchedPage touched, int entry) {
    }

    private final long id;
    private final Journals journals;
    private final HomePages homes;
    private final PageCache cache;
    private final StoreFailure failure;
    /** In the order of their homes, which is the order in which commit writes them. */
    private final TreeMap<Long, TouchedPage> touched = new TreeMap<>();
    /** All images taken, oldest first; a mark is a place in it. */
    private final List<Image> images = new ArrayList<>();
    private int newestMark;
    private int newestBaseEntry = -1;
    private @Nullable Journal journal;
    private boolean changed;

    JournaledTransaction(long id, Journals journals, HomePages homes, PageCache cache, StoreFailure failure) {
        this.id = id;
        this.journals = journals;
        this.homes = homes;
        this.cache = cache;
        this.failure = failure;
    }

    @Override
    public PageAccess read(long pageId) {
        return pinExisting(pageId);
    }

    @Override
    public PageAccess write(long pageId) {
        Frame frame = pinExisting(pageId);
        keepImage(frame);
        return frame;
    }

    private Frame pinExisting(long pageId) {
        failure.check();
        if (pageId >= 0) {
            Frame frame = cache.pin(pageId);
            if (HomePages.exists(frame.whole())) {
                return frame;
            }
            cache.unpin(frame);
        }
        throw new PageNotFoundException("page " + pageId + " does not exist: it was never allocated, or was freed");
    }

    /** Sees to it that the pinned page, as it is, is in the journal; takes the pin back if that cannot be done. */
    private void keepImage(Frame frame) {
        boolean kept = false;
        try {
            TouchedPage page = touched.get(frame.page);
            if (page == null) {
                assert frame.changedBy == null : "page " + frame.page + " has changes of another transaction";
                Journal mine = journal();
                page = new TouchedPage(frame.page, mine, mine.append(frame.page, frame.whole(), true));
                newestBaseEntry = page.baseEntry;
                touched.put(frame.page, page);
                addImage(page, page.baseEntry);
            } else if (page.newestImage < newestMark) {
                addImage(page, page.journal.append(frame.page, frame.whole(), false));
            }
            kept = true;
        } finally {
            if (!kept) {
                cache.unpin(frame);
            }
        }
    }

    private void addImage(TouchedPage page, int entry) {
        page.newestImage = images.size();
        images.add(new Image(page, entry));
    }

    private Journal journal() {
        Journal mine = journal;
        if (mine == null) {
            mine = journals.take(id);
            journal = mine;
        }
        return mine;
    }

    @Override
    public PageAccess create(long pageId) {
        failure.check();
        if (pageId < 0) {
            throw new IllegalArgumentException("pageId: expected at least 0, found " + pageId);
        }
        homes.reserve(pageId);
        Frame frame = cache.pin(pageId);
        assert !HomePages.exists(frame.whole()) : "page " + pageId + " exists already";
        keepImage(frame);
        HomePages.makeExist(frame.whole());
        setChanged(frame);
        return frame;
    }

    @Override
    public void discard(long pageId) {
        Frame frame = pinExisting(pageId);
        keepImage(frame);
        frame.whole().put(0, new byte[frame.whole().capacity()]);
        setChanged(frame);
        cache.unpin(frame);
    }

    /** The image was taken when the page was opened. All that is left is to see that it goes home. */
    @Override
    public void changed(PageAccess access, PageChange change) {
        setChanged((Frame) access);
    }

    private void setChanged(Frame frame) {
        frame.changedBy = Objects.requireNonNull(touched.get(frame.page));
        changed = true;
    }

    @Override
    public long mark() {
        failure.check();
        newestMark = images.size();
        return newestMark;
    }

    /** Puts back the images taken since, newest first, so that of each page the oldest of them stays. If one cannot be read, a frame may be left with anything in it: the rollback that follows forgets it. */
    @Override
    public void rollbackTo(long mark) {
        failure.check();
        int kept = Math.toIntExact(mark);
        for (Image image : images.subList(kept, images.size())) {
            image.touched.newestImage = -1;
        }
        while (images.size() > kept) {
            Image image = images.remove(images.size() - 1);
            Frame frame = cache.pinToOverwrite(image.touched.page);
            try {
                image.touched.journal.read(image.entry, frame.whole());
                setChanged(frame);
            } finally {
                cache.unpin(frame);
            }
        }
        newestMark = kept;
        cutJournal();
    }

    /** Images at savepoints that nobody will ask for again need not stay. Those from before the transaction stay, for a page that was stolen can be put back by nothing else. */
    private void cutJournal() {
        if (journal == null) {
            return;
        }
        int kept = images.isEmpty() ? 0 : images.get(images.size() - 1).entry + 1;
        kept = Math.max(kept, newestBaseEntry + 1);
        journal.cutTo(kept);
    }

    /**
     * Commits, durably, whatever the level: without step 3 and its sync a journal could be cold over pages that are not home, and without those of steps 1 and 2 a page could be torn with nothing to repair it. What
     * {@code RELAXED} would save here is not a late commit but the store.
     */
    @Override
    public CommitTicket commit(Durability level) {
        failure.check();
        Journal mine = journal;
        if (mine == null || !changed) {
            // Whatever it has read was durable before the page's lock was to be had (rule D3).
            forget();
            return CommitTicket.DONE;
        }
        // Until the journal goes cold nothing is fixed: what is thrown in here is followed by a rollback.
        for (TouchedPage page : touched.values()) {
            cache.writeHome(page);
        }
        homes.sync();
        mine.invalidate();
        try {
            journals.give(mine);
        } catch (RuntimeException e) {
            throw failure.fail(e);
        }
        journal = null;
        return CommitTicket.DONE;
    }

    private void forget() {
        if (journal != null) {
            journals.give(journal);
            journal = null;
        }
    }

    /** Needs no room: the images are on the disk, and so are the homes. If it cannot be done now, the next recovery does it. */
    @Override
    public void rollback() {
        failure.check();
        try {
            boolean anyStolen = false;
            for (TouchedPage page : touched.values()) {
                cache.drop(page.page);
                anyStolen |= page.stolen;
            }
            if (anyStolen) {
                putBack();
                homes.sync();
            }
            if (journal != null && journal.isPerhapsHot()) {
                journal.invalidate();
            }
            forget();
        } catch (RuntimeException | Error e) {
            throw failure.fail(e);
        }
    }

    private void putBack() {
        ByteBuffer image = homes.newBuffer();
        for (TouchedPage page : touched.values()) {
            if (page.stolen) {
                page.journal.read(page.baseEntry, image);
                homes.putBack(page.page, image);
            }
        }
    }
}
