package dev.afterimage.shadowpaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spitests.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The slots of a file")
class SlotsTest {
    private static final int PAGE_SIZE = 4096;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final DiskFile file = disk.create("pages");
    private final ExpectedChecksums expected = new ExpectedChecksums();
    private final SlotSpace space = new SlotSpace(file, PAGE_SIZE, expected);
    private final FreeSlots free = new FreeSlots();
    private final BufferPool pool = new BufferPool(PAGE_SIZE, 0, 16);
    private final Slots slots = new Slots(file, PAGE_SIZE, free, expected, pool, space);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    @DisplayName("grow by an eighth, by 32 at least and by four mebibytes at most")
    void growth() {
        assertEquals(32, Slots.growthStep(0, PAGE_SIZE));
        assertEquals(32, Slots.growthStep(263, PAGE_SIZE));
        assertEquals(33, Slots.growthStep(264, PAGE_SIZE));
        assertEquals(1024, Slots.growthStep(1 << 20, PAGE_SIZE));
        assertEquals(64, Slots.growthStep(1 << 20, 65_536));
        assertEquals(0, slots.take());
        assertEquals(32, slots.count());
        assertEquals(32 * PAGE_SIZE, file.size());
        assertEquals(0, slots.makeRoom(31, 0));
        assertEquals(32, slots.count(), "31 were free");
        assertEquals(0, slots.makeRoom(32, 0));
        assertEquals(64, slots.count());
        assertEquals(0, slots.makeRoom(1_000, 0));
        assertEquals(1_001, slots.count(), "as many as are missing, where that is more");
    }

    @Test
    @DisplayName("of a store that is not small grow when a round found less than half of them free, as long as the disk has room")
    void longRuns() {
        slots.makeRoom(600, 0);
        for (int slot = 0; slot < 600; slot++) {
            assertEquals(slot, slots.take());
        }
        for (long slot = 10; slot < 16; slot++) {
            slots.give(slot);
        }
        assertEquals(10, slots.take(), "another round");
        assertEquals(600, slots.take(), "it grew");
        assertEquals(600 + 75, slots.count());
        assertEquals((600 + 75) * PAGE_SIZE, file.size());
        for (int slot = 601; slot < 675; slot++) {
            assertEquals(slot, slots.take());
        }
        disk.faults().capacityBytes(disk.allocatedBytes());
        for (long slot = 11; slot < 16; slot++) {
            assertEquals(slot, slots.take(), "there is no room for more, and no need");
        }
        assertThrows(DiskFullException.class, slots::take);
    }

    @Test
    @DisplayName("that lie beside each other are written by one call, those of the pool and others")
    void runs() {
        List<String> calls = new ArrayList<>();
        DiskFile watched = mock(DiskFile.class);
        doAnswer(call -> {
            ByteBuffer bytes = call.getArgument(0);
            long at = call.getArgument(1);
            calls.add(at / PAGE_SIZE + "+" + bytes.remaining() / PAGE_SIZE);
            file.write(bytes, at);
            return null;
        }).when(watched).write(any(), anyLong());
        when(watched.name()).thenReturn("pages");
        SlotSpace over = new SlotSpace(watched, PAGE_SIZE, expected);
        SlotRun run = new SlotRun(over, pool);
        pool.pinNew(over, 0).unpin();
        run.add(0);
        run.add(1); // not in memory: room was made for it in vain
        run.write();
        assertEquals(List.of("0+1"), calls, "no byte of slot 1");
        calls.clear();
        pool.discard(over, 0);
        LongList pages = new LongList();
        for (long slot : new long[] {2, 3, 4, 7}) {
            pages.add(slot);
            Frame frame = pool.pinNew(over, slot);
            frame.page().putLong(8, 70 + slot);
            frame.unpin();
        }
        run.addAll(pages);
        assertEquals(List.of("2+3"), calls);
        try (PageMemory memory = PageMemory.allocate(PAGE_SIZE, 1)) {
            memory.page(0).putLong(8, 78);
            run.add(8, memory.page(0));
            memory.page(0).putLong(8, 79);
            run.add(9, memory.page(0));
            run.write();
            assertEquals(List.of("2+3", "7+3"), calls);
            run.writeAll(pages);
            run.write();
            assertEquals(2, calls.size(), "all is written");
            for (long slot : new long[] {2, 3, 4, 7, 8, 9}) {
                space.read(slot, memory.page(0));
                assertEquals(70 + slot, memory.page(0).getLong(8));
            }
            assertEquals(7 * PAGE_SIZE, over.bytesWritten());
        }
        for (int i = 0; i < pages.size(); i++) {
            pool.discard(over, pages.get(i));
        }
    }

    @Test
    @DisplayName("that are missing are made where the disk has no room for more than those")
    void justEnough() {
        slots.take();
        disk.faults().capacityBytes(disk.allocatedBytes() + 5 * PAGE_SIZE);
        assertEquals(0, slots.makeRoom(36, 0));
        assertEquals(37, slots.count());
        assertEquals(37 * PAGE_SIZE, file.size());
        assertThrows(DiskFullException.class, () -> slots.makeRoom(37, 0));
        assertEquals(37, slots.count());
    }

    @Test
    @DisplayName("are sought by three last resorts on a full disk, and by no more once one does not help")
    void lastResorts() {
        disk.faults().capacityBytes(disk.allocatedBytes());
        AtomicInteger asked = new AtomicInteger();
        slots.onFullDisk(() -> asked.incrementAndGet() > 0);
        assertThrows(DiskFullException.class, slots::take);
        assertEquals(3, asked.get());
        slots.onFullDisk(() -> asked.incrementAndGet() < 0);
        assertThrows(DiskFullException.class, slots::take);
        assertEquals(4, asked.get());
        assertThrows(DiskFullException.class, () -> slots.makeRoom(1, 3));
        assertEquals(4, asked.get());
    }

    @Test
    @DisplayName("that are taken back are free, and nothing is expected of them")
    void given() {
        LongList taken = new LongList();
        for (int i = 0; i < 3; i++) {
            taken.add(slots.take());
        }
        expected.written(1, 77);
        slots.giveAll(taken);
        assertEquals(0, expected.size());
        assertEquals(0, free.inUse());
        assertEquals(0, slots.take());
    }

    @Test
    @DisplayName("are for any number of threads: growing keeps no lock, on a full disk either")
    void locks() throws InterruptedException {
        List<Runnable> calls = List.of(() -> slots.makeRoom(1, 0), () -> slots.makeRoom(1, 0), () -> {
            disk.faults().capacityBytes(disk.allocatedBytes());
            assertThrows(DiskFullException.class, () -> slots.makeRoom(100, 3));
        }, () -> slots.makeRoom(1, 0));
        for (Runnable call : calls) {
            assertNull(Call.alone(call));
        }
    }

    @Test
    @DisplayName("that wait for a flip are counted until they come back")
    void waiting() {
        DroppedSlots dropped = new DroppedSlots(new WalkEpochs());
        dropped.add(new LongList(), 5);
        assertEquals(0, dropped.count());
        assertNull(dropped.takeReusable(9), "nothing is not kept");
        LongList two = new LongList();
        two.add(3);
        two.add(4);
        dropped.announce(2);
        assertEquals(2, dropped.count(), "before their root is published");
        dropped.add(two, 5);
        assertEquals(2, dropped.count());
        assertNull(dropped.takeReusable(5));
        assertNotNull(dropped.takeReusable(6));
        assertEquals(2, dropped.count(), "until they are free");
        dropped.given(2);
        assertEquals(0, dropped.count());
        assertTrue(dropped.takeReusable(7) == null);
    }

    @Test
    @DisplayName("are written and read by way of one buffer, and what was written is counted")
    void buffers() {
        List<ByteBuffer> used = new ArrayList<>();
        DiskFile watched = mock(DiskFile.class);
        doAnswer(call -> {
            used.add(call.getArgument(0));
            file.write(call.getArgument(0), call.getArgument(1));
            return null;
        }).when(watched).write(any(), anyLong());
        doAnswer(call -> {
            used.add(call.getArgument(0));
            return file.read(call.getArgument(0), call.getArgument(1));
        }).when(watched).read(any(), anyLong());
        SlotSpace over = new SlotSpace(watched, PAGE_SIZE, expected);
        try (PageMemory memory = PageMemory.allocate(PAGE_SIZE, 1)) {
            for (int slot = 0; slot < 3; slot++) {
                memory.page(0).putLong(PAGE_SIZE - 8, slot + 70);
                over.write(slot, memory.page(0));
            }
            assertEquals(3 * PAGE_SIZE, over.bytesWritten());
            for (int slot = 0; slot < 3; slot++) {
                over.read(slot, memory.page(0));
                assertEquals(slot + 70, memory.page(0).getLong(PAGE_SIZE - 8));
            }
            file.resize(3 * PAGE_SIZE - 1);
            StoreDamagedException damaged = assertThrows(StoreDamagedException.class, () -> space.read(2, memory.page(0)));
            assertTrue(damaged.getMessage().startsWith("pages: expected 4096 bytes in slot 2, found 4095"), damaged.getMessage());
        }
        assertEquals(6, used.size());
        used.forEach(buffer -> assertSame(used.get(0), buffer));
    }
}
