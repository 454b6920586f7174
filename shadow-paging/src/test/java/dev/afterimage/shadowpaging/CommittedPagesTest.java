package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.spy;

import dev.afterimage.api.Durability;
import dev.afterimage.buffer.Frame;
import dev.afterimage.shadowpaging.CommittedPages.View;
import dev.afterimage.spi.StrategyTransaction;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("A page that is committed")
class CommittedPagesTest implements NoLeaks {
    private static CommitBatch batch(ShadowParts parts) {
        return new CommitBatch(new NodesToWrite(parts.shape()), unused -> {
        });
    }

    private static CommitBatch batch(ShadowParts parts, long page, long place) {
        CommitBatch batch = batch(parts);
        batch.overlay().ensureRoom(1);
        batch.overlay().put(page, place);
        return batch;
    }

    @Test
    @DisplayName("is looked for again if it has moved from a batch into the table since the first look")
    void moved() {
        try (TestStore store = TestStore.create(new SimulatedDisk())) {
            StrategyTransaction transaction = store.begin();
            TestStore.create(transaction, 1, 10);
            TestStore.commit(transaction);
            ShadowPagingStrategy strategy = (ShadowPagingStrategy) store.strategy;
            ShadowParts parts = strategy.parts();
            TableRoot root = strategy.flips().durable().root();
            PageTable table = new PageTable(parts.shape(), parts.pool(), parts.space(), parts.expected());
            ExpectedChecksums expected = spy(parts.expected());
            long slotInBatch = 15;
            AtomicReference<CommittedPages> pages = new AtomicReference<>();
            doAnswer(look -> {
                pages.get().publish(new View(batch(parts), null, root));
                return false; // the flip is through: nobody knows it as written any more
            }).when(expected).expectWritten(slotInBatch);
            pages.set(new CommittedPages(parts.pool(), parts.space(), expected, table, new WalkEpochs(), new View(batch(parts, 1, slotInBatch), null, root)));
            Frame frame = pages.get().pin(1, new PageTable.Entry());
            assertNotNull(frame);
            assertEquals(10, frame.page().getLong(0));
            frame.unpin();
        }
    }

    @Test
    @DisplayName("is what the newest place says that knows it: the batch that gathers, the one being flipped, the table")
    void newestFirst() {
        try (TestStore store = TestStore.create(new SimulatedDisk())) {
            StrategyTransaction transaction = store.begin();
            TestStore.create(transaction, 1, 10);
            TestStore.commit(transaction);
            ShadowPagingStrategy strategy = (ShadowPagingStrategy) store.strategy;
            ShadowParts parts = strategy.parts();
            TableRoot root = strategy.flips().durable().root();
            PageTable table = new PageTable(parts.shape(), parts.pool(), parts.space(), parts.expected());
            WalkEpochs epochs = new WalkEpochs();
            PageTable.Entry entry = new PageTable.Entry();
            CommitBatch gone = batch(parts, 1, PageOverlay.DISCARDED);
            CommitBatch there = batch(parts, 1, 15);
            CommittedPages pages = new CommittedPages(parts.pool(), parts.space(), parts.expected(), table, epochs, new View(batch(parts), null, root));
            assertTrue(pages.exists(1, entry));
            assertFalse(pages.exists(2, entry));
            pages.publish(new View(batch(parts), gone, root));
            assertFalse(pages.exists(1, entry));
            assertNull(pages.pin(1, entry));
            pages.publish(new View(there, gone, root));
            assertTrue(pages.exists(1, entry));
            pages.publish(new View(gone, there, root));
            assertFalse(pages.exists(1, entry));
            for (int i = 0; i < 4; i++) {
                assertTrue(epochs.tryAdvance(), "a look is still announced");
            }
        }
    }

    @Test
    @DisplayName("and has left memory before its flip is read back, and nothing is expected of its slot after that")
    void readBack() {
        try (TestStore store = new TestStore(new SimulatedDisk(), true, 16)) {
            StrategyTransaction many = store.begin();
            for (int page = 0; page < 100; page++) {
                TestStore.create(many, page, page);
            }
            many.commit(Durability.RELAXED);
            for (int page = 0; page < 100; page++) {
                assertEquals(page, store.read(page));
            }
            ShadowPagingStrategy strategy = (ShadowPagingStrategy) store.strategy;
            assertTrue(strategy.flips().flipPending());
            assertEquals(0, strategy.parts().expected().size());
        }
    }
}
