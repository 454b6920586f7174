package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

@DisplayName("The files of a store")
class StoreFilesTest {
    private final Disk disk = mock(Disk.class);
    private final DiskFile pages = mock(DiskFile.class);
    private final DiskFile control = mock(DiskFile.class);

    @Test
    @DisplayName("are made in place of what an interrupted attempt left")
    void create() {
        when(disk.exists("pages")).thenReturn(true);
        when(disk.create("pages")).thenReturn(pages);
        when(disk.create("control")).thenReturn(control);
        StoreFiles files = StoreFiles.create(disk, List.of("pages", "control"));
        InOrder order = inOrder(disk);
        order.verify(disk).delete("pages");
        order.verify(disk).create("pages");
        verify(disk, never()).delete("control");
        assertSame(control, files.file("control"));
        assertThrows(IllegalArgumentException.class, () -> files.file("spill"));
    }

    @Test
    @DisplayName("are all there, or none is opened")
    void missing() {
        when(disk.exists("pages")).thenReturn(true);
        assertThrows(StoreDamagedException.class, () -> StoreFiles.open(disk, List.of("pages", "control")));
        verify(disk, never()).open(anyString());
    }

    @Test
    @DisplayName("are closed again if one cannot be had")
    void closedAfterFailure() {
        when(disk.exists(anyString())).thenReturn(true);
        when(disk.open("pages")).thenReturn(pages);
        when(disk.open("control")).thenThrow(new DiskException("no"));
        assertThrows(DiskException.class, () -> StoreFiles.open(disk, List.of("pages", "control")));
        verify(pages).close();
    }

    @Test
    @DisplayName("empty what is worth nothing after a restart, and make it where it is missing")
    void emptied() {
        when(disk.create("control")).thenReturn(control);
        when(disk.create("spill")).thenReturn(pages);
        StoreFiles files = StoreFiles.create(disk, List.of("control")).withEmpty("spill");
        verify(pages).resize(0);
        doThrow(new DiskException("no")).when(pages).resize(0);
        when(disk.exists("spill2")).thenReturn(true);
        when(disk.open("spill2")).thenReturn(pages);
        assertThrows(DiskException.class, () -> files.withEmpty("spill2"));
        verify(control).close();
    }

    @Test
    @DisplayName("and what must not fail fails the strategy once, and is not done a second time")
    void orFail() {
        StrategyEvents engine = mock(StrategyEvents.class);
        FailureLatch failure = new FailureLatch(engine);
        DiskException cause = new DiskException("no");
        doThrow(cause).when(pages).sync();
        assertSame(cause, assertThrows(StoreFailedException.class, () -> failure.orFail("syncing", pages::sync)).getCause());
        verify(engine).failed(cause);
        assertThrows(StoreFailedException.class, () -> failure.orFail("writing", control::sync));
        verify(control, never()).sync();
        assertEquals(true, failure.hasFailed());
    }
}
