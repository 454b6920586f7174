package dev.afterimage.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.ShortWriteException;
import dev.afterimage.spi.storage.SyncFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.InOrder;

@DisplayName("On a device that fails, a disk of files")
class FailingDeviceTest {
    @TempDir
    private Path folder;

    private final SystemCalls calls = mock(SystemCalls.class, delegatesTo(ChannelSystemCalls.INSTANCE));
    private SystemCalls.OpenFile device;
    private SystemCalls.OpenFile names;
    private Disk disk;
    private DiskFile file;

    @BeforeEach
    void openThroughTheSeam() throws IOException {
        doAnswer(call -> names = standIn(ChannelSystemCalls.INSTANCE.openFolder(call.getArgument(0)))).when(calls).openFolder(any());
        doAnswer(call -> device = standIn(ChannelSystemCalls.INSTANCE.create(call.getArgument(0)))).when(calls).create(any());
        doAnswer(call -> device = standIn(ChannelSystemCalls.INSTANCE.open(call.getArgument(0)))).when(calls).open(any());
        doReturn(1L << 40).when(calls).usableBytes(any());
        disk = new FileDiskProvider(calls).open(folder.toString());
        file = disk.create("pages");
    }

    private static SystemCalls.OpenFile standIn(SystemCalls.OpenFile real) {
        return mock(SystemCalls.OpenFile.class, delegatesTo(real));
    }

    @AfterEach
    void close() {
        disk.close();
    }

    @Test
    @DisplayName("writes on where a write was short, from the first byte that was not taken")
    void shortWrites() throws IOException {
        SystemCalls.OpenFile real = ChannelSystemCalls.INSTANCE.open(folder.resolve("pages"));
        doAnswer(call -> {
            ByteBuffer source = call.getArgument(0);
            int limit = source.limit();
            source.limit(Math.min(limit, source.position() + 7));
            int count = real.write(source, call.getArgument(1));
            source.limit(limit);
            return count;
        }).when(device).write(any(), anyLong());
        file.write(DiskContract.bytes("0123456789abcdefghij"), 5);
        InOrder order = inOrder(device);
        order.verify(device).write(any(), eq(5L));
        order.verify(device).write(any(), eq(12L));
        order.verify(device).write(any(), eq(19L));
        assertEquals("0123456789abcdefghij", DiskContract.text(file, 5, 30));
        real.close();
    }

    @Test
    @DisplayName("reports a device that takes nothing more and gives no reason, with how much it took")
    void zeroWrite() throws IOException {
        doReturn(0).when(device).write(any(), anyLong());
        DiskException error = assertThrows(ShortWriteException.class, () -> file.write(ByteBuffer.allocate(4096), 8192));
        assertEquals("Cannot write 4096 bytes at position 8192 of file \"pages\" in " + folder + ": the device took 0 bytes and gave no reason for refusing the rest", error.getMessage());
    }

    @Test
    @DisplayName("tells a full disk and a used-up quota from other failures, in any language the system speaks")
    void full() throws IOException {
        for (String message : new String[] {"No space left on device", "Disk quota exceeded"}) {
            doThrow(new IOException(message)).when(device).write(any(), anyLong());
            DiskException error = assertThrows(DiskFullException.class, () -> file.write(ByteBuffer.allocate(4096), 8192));
            assertEquals("The disk is full: cannot write 4096 bytes at position 8192 of file \"pages\" in " + folder + ": " + message + ". Make room on it, then try again", error.getMessage());
        }
        doThrow(new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar")).when(device).write(any(), anyLong());
        assertSame(DiskException.class, assertThrows(DiskException.class, () -> file.write(ByteBuffer.allocate(4096), 0)).getClass());
        doReturn(4095L).when(calls).usableBytes(any());
        assertThrows(DiskFullException.class, () -> file.write(ByteBuffer.allocate(4096), 0));
    }

    @Test
    @DisplayName("knows the words of a device that is really full")
    void reallyFull() throws IOException {
        Path fullDevice = Path.of("/dev/full");
        assumeTrue(Files.exists(fullDevice), "needs a device that is always full");
        SystemCalls.OpenFile real = ChannelSystemCalls.INSTANCE.open(fullDevice);
        doAnswer(call -> real.write(call.getArgument(0), call.getArgument(1))).when(device).write(any(), anyLong());
        DiskException error = assertThrows(DiskFullException.class, () -> file.write(ByteBuffer.allocate(4096), 0));
        assertTrue(error.getCause() instanceof IOException);
        real.close();
    }

    @Test
    @DisplayName("gives back what a preallocation took before the disk was full")
    void preallocationCutsBack() throws IOException {
        file.write(DiskContract.filled(1000, 3), 0);
        SystemCalls.OpenFile real = ChannelSystemCalls.INSTANCE.open(folder.resolve("pages"));
        doAnswer(call -> {
            if ((long) call.getArgument(1) > 1_000_000) {
                throw new IOException("No space left on device");
            }
            return real.write(call.getArgument(0), call.getArgument(1));
        }).when(device).write(any(), anyLong());
        clearInvocations(device);
        assertThrows(DiskFullException.class, () -> file.preallocate(2 << 20));
        InOrder order = inOrder(device);
        order.verify(device, times(5)).write(any(), anyLong());
        order.verify(device).truncate(1000);
        assertEquals(1000, Files.size(folder.resolve("pages")));
        assertArrayEquals(DiskContract.filled(1000, 3).array(), DiskContract.all(file));

        doThrow(new IOException("Input/output error")).when(device).truncate(anyLong());
        DiskException error = assertThrows(DiskFullException.class, () -> file.preallocate(2 << 20));
        assertEquals("Input/output error", error.getSuppressed()[0].getMessage());
        real.close();
    }

    @Test
    @DisplayName("never takes a read that fails, or brings nothing, for the end of the file")
    void failedReads() throws IOException {
        file.write(DiskContract.filled(100, 1), 0);
        doThrow(new IOException("Input/output error")).when(device).read(any(), anyLong());
        DiskException error = assertThrows(DiskException.class, () -> file.read(ByteBuffer.allocate(100), 0));
        assertEquals("Cannot read 100 bytes at position 0 of file \"pages\" in " + folder + ": Input/output error", error.getMessage());
        doReturn(0).when(device).read(any(), anyLong());
        assertThrows(DiskException.class, () -> file.read(ByteBuffer.allocate(100), 0));
    }

    @Test
    @DisplayName("asks for all with a full sync, and for no more than needed with a data sync")
    void twoStrengths() throws IOException {
        file.sync();
        verify(device).force(true);
        verify(device, never()).force(false);
        file.syncData();
        verify(device).force(false);
    }

    @Test
    @DisplayName("asks once for a sync that fails, and never believes a later one: not through this handle, nor another, nor under another name")
    void failedSyncIsFinal() throws IOException {
        doThrow(new IOException("Input/output error")).when(device).force(anyBoolean());
        DiskException first = assertThrows(SyncFailedException.class, file::syncData);
        assertTrue(first.getMessage().startsWith("Cannot sync file \"pages\" in " + folder + ": Input/output error"), first.getMessage());
        clearInvocations(device);
        DiskException second = assertThrows(SyncFailedException.class, file::sync);
        assertTrue(second.getMessage().contains("an earlier sync of it failed"), second.getMessage());
        assertSame(first.getCause(), second.getCause());
        verify(device, never()).force(anyBoolean());

        file.close();
        DiskFile again = disk.open("pages");
        assertThrows(SyncFailedException.class, again::syncData);
        disk.rename("pages", "archive");
        assertThrows(SyncFailedException.class, disk.open("archive")::sync);
        verify(device, never()).force(anyBoolean());

        disk.create("pages").sync(); // another file, of which nothing bad is known
        disk.delete("archive");
        disk.create("archive").sync();
        try (Disk reopened = new FileDiskProvider().open(folder.toString())) {
            reopened.open("pages").sync();
        }
    }

    @Test
    @DisplayName("does not let a second sync at the same time be told that all is well")
    void syncsTakeTurns() throws Exception {
        CountDownLatch inForce = new CountDownLatch(1);
        CountDownLatch fail = new CountDownLatch(1);
        doAnswer(call -> {
            inForce.countDown();
            fail.await();
            throw new IOException("Input/output error");
        }).doAnswer(call -> null).when(device).force(anyBoolean());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> first = threads.submit(file::syncData);
            inForce.await();
            Thread[] waiter = new Thread[1];
            CountDownLatch started = new CountDownLatch(1);
            Future<?> second = threads.submit(() -> {
                waiter[0] = Thread.currentThread();
                started.countDown();
                file.syncData();
            });
            started.await();
            while (waiter[0].getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            fail.countDown();
            assertTrue(assertThrows(ExecutionException.class, first::get).getCause() instanceof SyncFailedException);
            assertTrue(assertThrows(ExecutionException.class, second::get).getCause() instanceof SyncFailedException);
            verify(device, times(1)).force(anyBoolean());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisplayName("takes a failed sync of names for final as well")
    void failedNameSyncIsFinal() throws IOException {
        disk.syncNames();
        verify(names).force(true);
        doThrow(new IOException("Input/output error")).when(names).force(anyBoolean());
        assertThrows(SyncFailedException.class, disk::syncNames);
        clearInvocations(names);
        assertThrows(SyncFailedException.class, disk::syncNames);
        verify(names, never()).force(anyBoolean());
        file.sync();
    }

    @Test
    @DisplayName("reports what it may not touch as a matter of access, and a full folder as a full disk")
    void otherFailures() throws IOException {
        doThrow(new AccessDeniedException("x")).when(calls).open(any());
        doThrow(new AccessDeniedException("x")).when(calls).openToRead(any());
        DiskException error = assertThrows(DiskAccessException.class, () -> disk.open("pages"));
        assertEquals("Cannot open file \"pages\" in " + folder + ": permission denied", error.getMessage());
        doThrow(new IOException("No space left on device")).when(calls).create(any());
        assertThrows(DiskFullException.class, () -> disk.create("more"));
        doThrow(new IOException("Read-only file system")).when(calls).delete(any());
        assertThrows(DiskAccessException.class, () -> disk.delete("pages"));
        doThrow(new IOException("Input/output error")).when(calls).move(any(), any());
        assertSame(DiskException.class, assertThrows(DiskException.class, () -> disk.rename("pages", "b")).getClass());
        doThrow(new IOException("Input/output error")).when(device).size();
        assertThrows(DiskException.class, file::size);
        assertThrows(DiskException.class, () -> file.resize(5));
    }

    @Test
    @DisplayName("closes everything even where closing one thing fails, and reports that")
    void closeGoesOn() throws IOException {
        SystemCalls.OpenFile first = device;
        disk.create("second");
        SystemCalls.OpenFile second = device;
        doThrow(new IOException("Input/output error")).when(first).close();
        doThrow(new IOException("Input/output error")).when(second).close();
        assertThrows(DiskException.class, disk::close);
        verify(first).close();
        verify(second).close();
        verify(names).close();
    }

    @Test
    @DisplayName("locks on a full disk too, where not even the owner's name can be written")
    void lockOnAFullDisk() throws IOException {
        doAnswer(call -> {
            SystemCalls.OpenFile lockFile = standIn(ChannelSystemCalls.INSTANCE.openOrCreate(call.getArgument(0)));
            doThrow(new IOException("No space left on device")).when(lockFile).write(any(), anyLong());
            return lockFile;
        }).when(calls).openOrCreate(any());
        disk.lock("store.lock").close();
    }
}
