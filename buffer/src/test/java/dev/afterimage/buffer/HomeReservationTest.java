package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.util.concurrent.TimeUnit;

import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

@DisplayName("Room reserved for home pages")
class HomeReservationTest {
    private static final int PAGE_SIZE = 4096;

    private final HomePages homes = mock(HomePages.class);
    private final DiskFile file = mock(DiskFile.class);
    private final StrategyEvents events = mock(StrategyEvents.class);
    private final FailureLatch failure = new FailureLatch(events);

    @Test
    @DisplayName("is there up to the file's end, and costs nothing then")
    void there() {
        when(file.size()).thenReturn(10L * PAGE_SIZE + 100);
        HomeReservation room = new HomeReservation(homes, file, PAGE_SIZE, failure);
        room.reserve(0);
        room.reserve(9);
        verifyNoInteractions(homes);
    }

    @Test
    @DisplayName("beyond it is taken, and synced before anybody relies on it; once for all pages of the step")
    void grows() {
        when(file.size()).thenReturn(10L * PAGE_SIZE, 14L * PAGE_SIZE);
        HomeReservation room = new HomeReservation(homes, file, PAGE_SIZE, failure);
        room.reserve(10);
        InOrder order = inOrder(homes);
        order.verify(homes).reserve(10);
        order.verify(homes).sync();
        room.reserve(13);
        order.verifyNoMoreInteractions();
        room.reserve(14);
        order.verify(homes).reserve(14);
        order.verify(homes).sync();
    }

    @Test
    @DisplayName("is not relied upon, however long the file is, where nobody has synced it since it was opened")
    void unknownLength() {
        when(file.size()).thenReturn(10L * PAGE_SIZE);
        HomeReservation room = HomeReservation.ofUnknownLength(homes, file, PAGE_SIZE, failure);
        room.reserve(3);
        verify(homes).sync();
    }

    @Test
    @DisplayName("is refused on a full disk, and asked for anew the next time, by another thread too")
    void full() throws InterruptedException {
        doThrow(new DiskFullException("made up")).when(homes).reserve(0);
        HomeReservation room = new HomeReservation(homes, file, PAGE_SIZE, failure);
        assertThrows(DiskFullException.class, () -> room.reserve(0));
        verify(homes, never()).sync();
        assertFalse(failure.hasFailed());
        Thread other = new Thread(() -> room.reserve(1));
        other.setDaemon(true);
        other.start();
        other.join(TimeUnit.SECONDS.toMillis(20));
        assertFalse(other.isAlive(), "waits for a lock that the first has kept");
        verify(homes).reserve(1);
    }

    @Test
    @DisplayName("F1: fails the store when its sync fails")
    void failedSync() {
        SyncFailedException cause = new SyncFailedException("made up");
        doThrow(cause).when(homes).sync();
        when(file.size()).thenReturn(0L);
        HomeReservation room = new HomeReservation(homes, file, PAGE_SIZE, failure);
        StoreFailedException thrown = assertThrows(StoreFailedException.class, () -> room.reserve(0));
        assertSame(cause, thrown.getCause());
        assertTrue(failure.hasFailed());
        verify(events).failed(cause);
        assertEquals(0, file.size());
    }
}
