package dev.afterimage.spitests.specimen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;
import org.jspecify.annotations.Nullable;

/**
 * The private pages of one transaction of a specimen: nothing leaves them before commit, so that rolling back is forgetting. All of it in memory: a specimen is
 * written to be read.
 */
abstract class WriteSet implements StrategyTransaction {
    /** Final private version of each page; null for one that is discarded. */
    private TreeMap<Long, byte @Nullable []> pages = new TreeMap<>();
    private final List<TreeMap<Long, byte @Nullable []>> marks = new ArrayList<>();
    private final int pageSize;
    private final int headerBytes;

    WriteSet(int pageSize, int headerBytes) {
        this.pageSize = pageSize;
        this.headerBytes = headerBytes;
    }

    /** The committed version of a page, or null. */
    abstract byte @Nullable [] committed(long pageId);

    final Map<Long, byte @Nullable []> pages() {
        return pages;
    }

    @Override
    public PageAccess read(long pageId) {
        byte[] page = pages.containsKey(pageId) ? pages.get(pageId) : committed(pageId);
        return new HeapPage(pageId, required(pageId, page), headerBytes);
    }

    @Override
    public PageAccess write(long pageId) {
        if (!pages.containsKey(pageId)) {
            pages.put(pageId, required(pageId, committed(pageId)).clone());
        }
        return new HeapPage(pageId, required(pageId, pages.get(pageId)), headerBytes);
    }

    @Override
    public PageAccess create(long pageId) {
        byte[] page = new byte[pageSize];
        pages.put(pageId, page);
        return new HeapPage(pageId, page, headerBytes);
    }

    @Override
    public void discard(long pageId) {
        read(pageId).close();
        pages.put(pageId, null);
    }

    @Override
    public void changed(PageAccess access, PageChange change) {
        // The private page is all there is to know.
    }

    @Override
    public long mark() {
        marks.add(copy(pages));
        return marks.size() - 1;
    }

    @Override
    public void rollbackTo(long mark) {
        pages = copy(marks.get((int) mark));
        marks.subList((int) mark + 1, marks.size()).clear();
    }

    @Override
    public void rollback() {
        pages.clear();
    }

    private static byte[] required(long pageId, byte @Nullable [] page) {
        if (page == null) {
            throw new PageNotFoundException("page " + pageId + " does not exist");
        }
        return page;
    }

    private static TreeMap<Long, byte @Nullable []> copy(Map<Long, byte @Nullable []> pages) {
        TreeMap<Long, byte @Nullable []> copy = new TreeMap<>();
        new HashMap<>(pages).forEach((page, bytes) -> copy.put(page, bytes == null ? null : bytes.clone()));
        return copy;
    }
}
