package dev.afterimage.engine;

import java.util.ArrayDeque;
import java.util.Arrays;

import dev.afterimage.api.TransactionStateException;
import dev.afterimage.spi.ChangeDetail;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;
import dev.afterimage.spi.StrategyTransaction;
import org.jspecify.annotations.Nullable;

/**
 * The pages a transaction has open, and the handles to reuse for the next ones. Its methods let through whatever the strategy throws.
 *
 * <p>A closed handle is reused only after {@value #REUSE_AFTER} others, in this transaction or one after it, so that a handle kept too long is more likely to be found closed than to
 * show another page.
 */
final class TransactionPages {
    private static final int REUSE_AFTER = 8;
    private static final int HANDLES_KEPT = 64;
    private static final int CAPTURES_KEPT = 16;

    private final OpenTransaction transaction;
    private final TransactionCounts counts;
    private final ChangeDetail detail;
    private final int usableBytes;
    private StrategyTransaction strategy;
    private final ArrayDeque<ReadHandle> spareReaders = new ArrayDeque<>(REUSE_AFTER + 1);
    private final ArrayDeque<WriteHandle> spareWriters = new ArrayDeque<>(REUSE_AFTER + 1);
    private final @Nullable ChangeCapture[] captures = new ChangeCapture[CAPTURES_KEPT];
    private int captureCount;
    private @Nullable ReadHandle[] open = new ReadHandle[4];
    private int openCount;
    private boolean changed;

    TransactionPages(OpenTransaction transaction, TransactionCounts counts, ChangeDetail detail, int usableBytes) {
        this.transaction = transaction;
        this.counts = counts;
        this.detail = detail;
        this.usableBytes = usableBytes;
    }

    /** A transaction begins; the one before has left no page open. */
    void begin(StrategyTransaction ofStrategy) {
        assert openCount == 0;
        strategy = ofStrategy;
        changed = false;
    }

    /** Lets go of what is large and can be made again. */
    void forgetMemory() {
        Arrays.fill(captures, null);
        captureCount = 0;
        spareReaders.clear();
        spareWriters.clear();
    }

    private ChangeCapture takeCapture() {
        if (captureCount == 0) {
            return new ChangeCapture(detail, usableBytes);
        }
        ChangeCapture capture = captures[--captureCount];
        captures[captureCount] = null;
        assert capture != null;
        return capture;
    }

    private void give(ChangeCapture capture) {
        capture.close();
        if (captureCount < CAPTURES_KEPT) {
            captures[captureCount++] = capture;
        }
    }

    boolean anyOpen() {
        return openCount > 0;
    }

    /** Whether the transaction changed something. */
    boolean changed() {
        return changed;
    }

    /** Opens a page for reading; there is no lock where the transaction is a snapshot. */
    ReadHandle read(long pageId, @Nullable LockRequest lock) {
        assert lock == null || lock.page == pageId;
        PageAccess access = strategy.read(pageId);
        ReadHandle handle = spareReaders.size() < REUSE_AFTER
                ? new ReadHandle(transaction, usableBytes)
                : spareReaders.removeFirst();
        add(handle, pageId, access, lock);
        if (lock != null) {
            lock.readers++;
        }
        return handle;
    }

    WriteHandle write(LockRequest lock) {
        if (lock.writer != null) {
            throw new TransactionStateException("page " + lock.page + " is open for writing in transaction " + transaction.id()
                    + " already; close that handle first, or use it");
        }
        WriteHandle handle = addWriter(strategy.write(lock.page), lock);
        if (lock.readers > 0) {
            showToReaders(lock, handle);
        }
        return handle;
    }

    /** Makes a page exist and opens it. */
    WriteHandle create(LockRequest lock) {
        assert lock.exclusive && lock.writer == null && lock.readers == 0;
        PageAccess access = strategy.create(lock.page);
        assert isZero(access.bytes()) : "a new page that is not full of zeros: " + lock.page;
        changed = true;
        return addWriter(access, lock);
    }

    /** Makes a page cease to exist. */
    void discard(LockRequest lock) {
        assert lock.exclusive && lock.writer == null && lock.readers == 0;
        strategy.discard(lock.page);
        changed = true;
    }

    private WriteHandle addWriter(PageAccess access, LockRequest lock) {
        assert lock.exclusive;
        WriteHandle handle = spareWriters.size() < REUSE_AFTER
                ? new WriteHandle(transaction, usableBytes)
                : spareWriters.removeFirst();
        handle.capture = takeCapture();
        add(handle, lock.page, access, lock);
        handle.capture.open(lock.page, access.bytes());
        lock.writer = handle;
        return handle;
    }

    private void add(ReadHandle handle, long pageId, PageAccess access, @Nullable LockRequest lock) {
        handle.open(pageId, access, lock);
        if (openCount == open.length) {
            open = Arrays.copyOf(open, openCount * 2);
        }
        handle.place = openCount;
        open[openCount++] = handle;
    }

    /** Handles opened for reading before this page was opened for writing look at the writer's bytes from now on: the strategy may have made a copy. */
    private void showToReaders(LockRequest lock, WriteHandle writer) {
        try {
            for (int i = 0; i < openCount; i++) {
                ReadHandle handle = open[i];
                if (handle != null && handle.pageId == lock.page && handle != writer) {
                    PageAccess fresh = strategy.read(lock.page);
                    PageAccess stale = handle.access;
                    handle.replace(fresh);
                    assert stale != null;
                    stale.close();
                }
            }
        } catch (RuntimeException e) {
            drop(writer);
            throw e;
        }
    }

    /**
     * Closes a handle and reports its changes. If the strategy refuses them, the bytes are put back, the access is closed, and what it threw is
     * thrown on: the transaction must roll back then.
     */
    void close(ReadHandle handle) {
        if (!(handle instanceof WriteHandle writer)) {
            drop(handle);
            return;
        }
        ChangeCapture capture = writer.capture;
        PageAccess access = writer.access;
        assert capture != null && access != null;
        if (!capture.isEmpty()) {
            boolean accepted = false;
            try {
                strategy.changed(access, capture.report());
                accepted = true;
            } finally {
                capture.endReport();
                if (!accepted) {
                    capture.restore();
                    drop(writer);
                }
            }
            changed = true;
            if (!SpaceMap.isMapPage(writer.pageId)) {
                counts.changed(capture.changedBytes());
            }
        }
        drop(writer);
    }

    /** Closes every handle, putting back what was written and not yet reported; to be followed by a rollback. */
    void dropAll() {
        RuntimeException first = null;
        while (openCount > 0) {
            ReadHandle handle = open[openCount - 1];
            assert handle != null;
            try {
                if (handle instanceof WriteHandle writer && writer.capture != null) {
                    writer.capture.restore();
                }
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
            try {
                drop(handle);
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Takes a handle out of use and closes its access. */
    private void drop(ReadHandle handle) {
        PageAccess access = handle.access;
        LockRequest lock = handle.lock;
        assert access != null && open[handle.place] == handle;
        ReadHandle last = open[--openCount];
        assert last != null;
        open[handle.place] = last;
        last.place = handle.place;
        open[openCount] = null;
        handle.forget();
        if (handle instanceof WriteHandle writer) {
            assert lock != null;
            lock.writer = null;
            ChangeCapture capture = writer.capture;
            assert capture != null;
            writer.capture = null;
            give(capture);
            spare(spareWriters, writer);
        } else {
            if (lock != null) {
                lock.readers--;
            }
            spare(spareReaders, handle);
        }
        access.close();
    }

    private static <H> void spare(ArrayDeque<H> spares, H handle) {
        if (spares.size() < HANDLES_KEPT) {
            spares.addLast(handle);
        }
    }

    /** Refuses a call that needs all pages closed. */
    void requireNoneOpen(String call) {
        if (openCount == 0) {
            return;
        }
        StringBuilder pages = new StringBuilder();
        for (int i = 0; i < Math.min(openCount, 10); i++) {
            ReadHandle handle = open[i];
            assert handle != null;
            pages.append(i == 0 ? "" : ", ").append("page ").append(handle.pageId).append(handle instanceof WriteHandle ? " for writing" : " for reading");
        }
        throw new TransactionStateException(call + " of transaction " + transaction.id() + " while it has pages open: " + pages
                + (openCount > 10 ? " and " + (openCount - 10) + " more" : "") + "; close them first, nothing is lost");
    }

    private static boolean isZero(PageBytes bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            if (bytes.getByte(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
