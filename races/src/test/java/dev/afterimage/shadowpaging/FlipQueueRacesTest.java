package dev.afterimage.shadowpaging;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link FlipQueue}, with a flip of two steps: what is committed after the first of them is in the next batch. Lincheck lets a parked thread go on by itself, so a lost wake-up shows in FlipLeadersTest, not here. */
@DisplayName("Those who wait for a flip, whatever their order,")
public class FlipQueueRacesTest {
    private final ReentrantLock commitLock = new ReentrantLock();
    private final AtomicBoolean leading = new AtomicBoolean();
    private volatile CommitBatch gathering = newBatch();
    private final FlipQueue queue = new FlipQueue(new FlipQueue.Duty() {
        @Override
        public boolean isOver(CommitBatch batch) {
            return batch.isDurable();
        }

        @Override
        public @Nullable CommitBatch flip() {
            if (!leading.compareAndSet(false, true)) {
                throw new IllegalStateException("two lead at a time");
            }
            CommitBatch sealed = seal();
            sealed.setDurable();
            leading.set(false);
            return sealed;
        }

        @Override
        public void tidyUp(CommitBatch flipped) {
        }

        @Override
        public CommitBatch gathering() {
            return gathering;
        }

        @Override
        public @Nullable CommitBatch failed() {
            return null;
        }
    });

    private static CommitBatch newBatch() {
        return new CommitBatch(new NodesToWrite(TableShape.of(64)), batch -> {
        });
    }

    private CommitBatch seal() {
        commitLock.lock();
        try {
            CommitBatch sealed = gathering;
            gathering = newBatch();
            return sealed;
        } finally {
            commitLock.unlock();
        }
    }

    @Test
    @DisplayName("have one leader at a time, return when their batch is durable, and never find the lead taken for ever")
    void few() {
        Interleavings.few(getClass(), 250);
    }

    @Test
    @Tag("campaign")
    @DisplayName("do so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Commits and waits. */
    @Operation
    public void commit() {
        commitLock.lock();
        CommitBatch batch = gathering;
        batch.want(false);
        commitLock.unlock();
        queue.await(batch);
        if (!batch.isDurable()) {
            throw new IllegalStateException("a commit was acknowledged before its flip");
        }
    }
}
