package dev.afterimage.wal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link CommitQueue}, with a sync that takes two steps: what was appended after the first of them needs another. */
@DisplayName("Group commit, whatever the order of those who commit,")
public class CommitQueueRacesTest {
    private final AtomicLong appended = new AtomicLong();
    private final AtomicBoolean leading = new AtomicBoolean();
    private volatile long synced;
    private final CommitQueue queue = new CommitQueue(new CommitQueue.Duty() {
        @Override
        public long done() {
            return synced;
        }

        @Override
        public boolean failed() {
            return false;
        }

        @Override
        public void lead() {
            if (!leading.compareAndSet(false, true)) {
                throw new IllegalStateException("two lead at a time");
            }
            synced = appended.get();
            leading.set(false);
        }
    });

    @Test
    @DisplayName("has one leader at a time, returns when all is synced, and leaves nobody waiting for ever")
    void few() {
        Interleavings.few(getClass(), 250);
    }

    @Test
    @Tag("campaign")
    @DisplayName("does so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Appends and waits. */
    @Operation
    public void commit() {
        long mine = appended.incrementAndGet();
        queue.await(mine);
        if (synced < mine) {
            throw new IllegalStateException("position " + mine + " was acknowledged, and all that is synced is " + synced);
        }
    }

    /** Waits for what others appended. */
    @Operation
    public void awaitOthers() {
        queue.await(appended.get());
    }
}
