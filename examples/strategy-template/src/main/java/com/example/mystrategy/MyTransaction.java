package com.example.mystrategy;

import java.util.HashMap;
import java.util.Map;

import dev.afterimage.api.Durability;
import dev.afterimage.api.PageNotFoundException;
import dev.afterimage.spi.CommitTicket;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;
import dev.afterimage.spi.StrategyTransaction;
import org.jspecify.annotations.Nullable;

/** A transaction: private copies of the pages it changes, put over what is committed when it commits. The engine holds the page locks. */
final class MyTransaction implements StrategyTransaction {
    private final Map<Long, byte[]> committed;
    private final int pageSize;
    /** Its own versions; null for a page that it has discarded. */
    private final Map<Long, byte @Nullable []> own = new HashMap<>();

    MyTransaction(Map<Long, byte[]> committed, int pageSize) {
        this.committed = committed;
        this.pageSize = pageSize;
    }

    @Override
    public PageAccess read(long pageId) {
        return new HeapPage(pageId, find(pageId));
    }

    @Override
    public PageAccess write(long pageId) {
        byte[] bytes = find(pageId);
        if (!own.containsKey(pageId)) {
            bytes = bytes.clone();
            own.put(pageId, bytes);
        }
        return new HeapPage(pageId, bytes);
    }

    @Override
    public PageAccess create(long pageId) {
        byte[] bytes = new byte[pageSize];
        own.put(pageId, bytes);
        return new HeapPage(pageId, bytes);
    }

    @Override
    public void discard(long pageId) {
        find(pageId);
        own.put(pageId, null);
    }

    private byte[] find(long pageId) {
        byte[] bytes = own.containsKey(pageId) ? own.get(pageId) : committed.get(pageId);
        if (bytes == null) {
            throw new PageNotFoundException("page " + pageId + " does not exist: it was never allocated, or was freed");
        }
        return bytes;
    }

    @Override
    public void changed(PageAccess access, PageChange change) {
    }

    /** To be written, with {@link #rollbackTo} (rule S1). */
    @Override
    public long mark() {
        return 0;
    }

    @Override
    public void rollbackTo(long mark) {
        throw new UnsupportedOperationException("rollbackTo is not written yet");
    }

    /** To be written: durable when the ticket's wait is over (rule D1). */
    @Override
    public CommitTicket commit(Durability level) {
        own.forEach((page, bytes) -> {
            if (bytes == null) {
                committed.remove(page);
            } else {
                committed.put(page, bytes);
            }
        });
        return CommitTicket.DONE;
    }

    @Override
    public void rollback() {
        own.clear();
    }
}
