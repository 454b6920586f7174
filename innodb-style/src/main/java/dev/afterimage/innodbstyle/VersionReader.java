package dev.afterimage.innodbstyle;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;

/**
 * Finds the version of a page that a {@link ReadView} sees (InnoDB's {@code row_vers_build_for_consistent_read}): copies the newest, and as long as the view does not see its writer, goes back by
 * the undo record that the roll pointer names.
 *
 * <p><b>Why the undo records are there.</b> Those of a committed writer that the view does not see stay until the view is closed ({@link TransactionSystem#purgeLimit()}), and nobody changes them. Those of a writer at
 * work may go at any time: it rolls back, and writes another record to the same place. But that is one mini-transaction with a change of the data page. So what was read of them counts only if the
 * page's LSN is afterwards what it was when the page was copied; if it is not, all begins anew. A page that changes again and again is at last read with its latch held, shared: its writer waits then
 * for as long as it takes to read its undo records of this page back.
 *
 * <p>One thread.
 */
final class VersionReader {
    private static final int ATTEMPTS = 8;

    private final BufferPool pool;
    private final Spaces spaces;
    private final UndoRecord record = new UndoRecord();

    VersionReader(BufferPool pool, Spaces spaces) {
        this.pool = pool;
        this.spaces = spaces;
    }

    /** Fills a copy with what the view sees of its page. */
    void read(ReadView view, PageCopy copy) {
        Frame frame = pool.pin(spaces.pages(), copy.pageId());
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                if (readUnlatched(view, copy, frame)) {
                    return;
                }
                Thread.onSpinWait();
            }
            frame.latchShared();
            try {
                copy(frame, copy.page());
                goBack(view, copy.page());
            } finally {
                frame.unlatchShared();
            }
        } finally {
            frame.unpin();
        }
    }

    private boolean readUnlatched(ReadView view, PageCopy copy, Frame frame) {
        OffHeapBytes page = copy.page();
        frame.latchShared();
        try {
            copy(frame, page);
        } finally {
            frame.unlatchShared();
        }
        if (view.sees(VersionHeader.writer(page))) {
            return true;
        }
        long lsn = PageHeader.pageLsn(page);
        StoreDamagedException damage = null;
        try {
            goBack(view, page);
        } catch (StoreDamagedException | IndexOutOfBoundsException meanwhileOverwritten) {
            damage = meanwhileOverwritten instanceof StoreDamagedException damaged ? damaged : new StoreDamagedException("page " + copy.pageId() + ": its undo makes no sense", meanwhileOverwritten);
        }
        frame.latchShared();
        try {
            if (PageHeader.pageLsn(frame.page()) != lsn) {
                return false;
            }
        } finally {
            frame.unlatchShared();
        }
        if (damage != null) {
            throw damage;
        }
        return true;
    }

    private static void copy(Frame frame, OffHeapBytes target) {
        frame.page().copyTo(0, target, 0, target.length());
    }

    private void goBack(ReadView view, OffHeapBytes page) {
        while (!view.sees(VersionHeader.writer(page))) {
            long pointer = VersionHeader.rollPointer(page);
            long number = RollPointer.page(pointer);
            if (pointer == RollPointer.NONE) {
                throw new StoreDamagedException("a page was changed by writer " + VersionHeader.writer(page) + ", and has no roll pointer");
            }
            Frame undo = pool.pin(spaces.undo(), number);
            try {
                undo.latchShared();
                try {
                    UndoPage.require(undo.page(), number, UndoPage.KIND_UNDO);
                    record.read(undo.page(), number, RollPointer.offset(pointer));
                } finally {
                    undo.unlatchShared();
                }
            } finally {
                undo.unpin();
            }
            record.applyTo(page);
        }
    }
}
