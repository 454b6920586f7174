package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFailedException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.SyncFailedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;

@DisplayName("An alternating block")
class AlternatingBlockTest {
    private static final long STORE = 0x1234_5678_9abc_def0L;

    @Test
    @DisplayName("gives back what was last written, across openings, up to 480 bytes")
    void roundTrip() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        assertEquals(1, block.sequence());
        for (int value = 1; value < 10; value++) {
            block.write(payload(value));
            assertEquals(value, value(block));
            assertEquals(value, value(AlternatingBlock.open(file, STORE)));
            assertEquals(value + 1, AlternatingBlock.open(file, STORE).sequence());
        }
        byte[] full = new byte[AlternatingBlock.PAYLOAD_BYTES_MAX];
        new SplittableRandom(1).nextBytes(full);
        block.write(ByteBuffer.wrap(full));
        assertEquals(ByteBuffer.wrap(full), AlternatingBlock.open(file, STORE).payload());
        block.write(ByteBuffer.allocate(0));
        assertEquals(0, AlternatingBlock.open(file, STORE).payload().remaining());
        assertThrows(IllegalArgumentException.class, () -> block.write(ByteBuffer.allocate(481)));
        block.write(payload(99));
        assertEquals(99, value(AlternatingBlock.open(file, STORE)));
        assertEquals(AlternatingBlock.FILE_BYTES, file.size());
    }

    @Test
    @DisplayName("is made durable by opening: first the copy that is not the good one, synced, then the good one, synced")
    void openingMakesDurable() {
        CrashableFile real = new CrashableFile(new byte[0]);
        AlternatingBlock.create(real, STORE, payload(3)).write(payload(4));
        DiskFile file = mock(DiskFile.class, delegatesTo(real));
        assertEquals(4, value(AlternatingBlock.open(file, STORE)));
        int slot = AlternatingBlock.slot(2);
        InOrder order = inOrder(file);
        order.verify(file).write(any(), eq(AlternatingBlock.position(slot, 1)));
        order.verify(file).sync();
        order.verify(file).write(any(), eq(AlternatingBlock.position(slot, 0)));
        order.verify(file).sync();
        order.verifyNoMoreInteractions();
    }

    @Test
    @DisplayName("has a format that stays: these are its bytes")
    void format() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock.create(file, STORE, payload(5));
        ByteBuffer sector = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        file.read(sector, AlternatingBlock.position(1, 0));
        assertEquals(1, sector.getLong(8), "sequence");
        assertEquals(STORE, sector.getLong(16), "store");
        assertEquals(payload(5).remaining(), sector.getInt(24), "length");
    }

    @Test
    @DisplayName("hands out a payload that nobody can change, and keeps no hold of the one given")
    void payloadIsACopy() {
        CrashableFile file = new CrashableFile(new byte[0]);
        ByteBuffer given = payload(5);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, given);
        assertEquals(0, given.position());
        given.putLong(0, 6);
        assertEquals(5, value(block));
        assertTrue(block.payload().isReadOnly());
    }

    @Test
    @DisplayName("shows the newest payload to those who only look, damaged twin or not, and changes nothing")
    void peek() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        block.write(payload(1));
        block.write(payload(2));
        file.write(ByteBuffer.allocate(512), AlternatingBlock.position(AlternatingBlock.slot(3), 0));
        byte[] before = new byte[AlternatingBlock.FILE_BYTES];
        file.read(ByteBuffer.wrap(before), 0);
        int syncs = file.syncs;
        assertEquals(payload(2), AlternatingBlock.peek(file, STORE));
        byte[] after = new byte[AlternatingBlock.FILE_BYTES];
        file.read(ByteBuffer.wrap(after), 0);
        assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(after));
        assertEquals(syncs, file.syncs);
        assertThrows(StoreDamagedException.class, () -> AlternatingBlock.peek(file, STORE + 1));
    }

    @Test
    @DisplayName("one sync per write")
    void oneSync() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        int before = file.syncs;
        block.write(payload(1));
        assertEquals(before + 1, file.syncs);
    }

    /** All crashes of a run of writes, and of each opening after each of them, and of each opening after those. */
    @Test
    @DisplayName("C2, S3, S8: every torn or lost mixture of its sectors opens with the old or the new payload, also when opening itself is cut short")
    void everyCrash() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        Set<ByteBuffer> images = new LinkedHashSet<>();
        for (int value = 1; value <= 4; value++) {
            long old = value - 1;
            long next = value;
            file.beforeSync(now -> {
                for (byte[] image : now.crashImages()) {
                    images.add(ByteBuffer.wrap(image));
                    opensWith(image, old, next, 2);
                }
            });
            block.write(payload(value));
        }
        assertEquals(4 * 9 - 3, images.size(), "nine mixtures of two sectors per write; \"nothing yet\" is the last one's \"all of it\"");
    }

    /** Opens an image, cutting that short as well, and then writes on. */
    private static void opensWith(byte[] image, long old, long next, int depth) {
        CrashableFile file = new CrashableFile(image);
        if (depth > 0) {
            file.beforeSync(now -> {
                for (byte[] again : now.crashImages()) {
                    opensWith(again, old, next, depth - 1);
                }
            });
        }
        AlternatingBlock block = AlternatingBlock.open(file, STORE);
        long value = value(block);
        assertTrue(value == old || value == next, "expected " + old + " or " + next + ", found " + value);
        assertEquals(value, value(AlternatingBlock.open(new CrashableFile(file.image(true)), STORE)), "what was read is durable");
        // S2: the write after a recovery must not go over the payload that the recovery found, whatever the crash left.
        file.beforeSync(now -> {
            for (byte[] again : now.crashImages()) {
                long found = value(AlternatingBlock.open(new CrashableFile(again), STORE));
                assertTrue(found == value || found == 77, "expected " + value + " or 77, found " + found);
            }
        });
        block.write(payload(77));
    }

    @Test
    @DisplayName("S2: a payload that was read from a cache only is durable before the other slot is touched")
    void unsyncedWriteAfterKilledProcess() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        block.write(payload(1));
        file.nextSync = new SyncFailedException("the process dies here");
        assertThrows(SyncFailedException.class, () -> block.write(payload(2)));
        file.nextSync = null;
        // The machine goes on, and its cache shows the write.
        AlternatingBlock reopened = AlternatingBlock.open(file, STORE);
        assertEquals(2, value(reopened));
        file.beforeSync(now -> now.crashImages().forEach(image -> {
            long value = value(AlternatingBlock.open(new CrashableFile(image), STORE));
            assertTrue(value == 2 || value == 3, "found " + value);
        }));
        reopened.write(payload(3));
    }

    @Test
    @DisplayName("S10: rot of any one sector never leads back to an older payload, and is repaired from the twin")
    void oneCopyRots() {
        for (int rotten = 0; rotten < AlternatingBlock.FILE_BYTES / 512; rotten++) {
            for (int flip : new int[] {0, 8, 16, 24, 28, 32, 511}) {
                byte[] image = imageOfThreeWrites();
                image[rotten * 512 + flip] ^= 0x40;
                CrashableFile file = new CrashableFile(image);
                assertEquals(3, value(AlternatingBlock.open(file, STORE)), "sector " + rotten);
                byte[] repaired = file.image(true);
                // The other copy may rot next.
                for (int copy = 0; copy < 2; copy++) {
                    byte[] again = repaired.clone();
                    Arrays.fill(again, position(4, copy), position(4, copy) + 512, (byte) 0);
                    assertEquals(3, value(AlternatingBlock.open(new CrashableFile(again), STORE)));
                }
            }
        }
    }

    @Test
    @DisplayName("S10: the repair can be cut short at any sync and leaves the newest payload")
    void repairCutShort() {
        for (int copy = 0; copy < 2; copy++) {
            byte[] image = imageOfThreeWrites();
            Arrays.fill(image, position(4, copy), position(4, copy) + 512, (byte) 0x5A);
            CrashableFile file = new CrashableFile(image);
            file.beforeSync(now -> now.crashImages().forEach(again -> assertEquals(3, value(AlternatingBlock.open(new CrashableFile(again), STORE)))));
            AlternatingBlock.open(file, STORE);
            assertEquals(imageOfThreeWrites().length, file.image(true).length);
            assertTrue(Arrays.equals(imageOfThreeWrites(), file.image(true)), "repaired byte for byte");
        }
    }

    @Test
    @DisplayName("survives the loss of whole blocks of 4 KiB, two of any kind but the newest's twins (no power-safe overwrite)")
    void blocksLost() {
        for (int lost = 0; lost < 4; lost++) {
            byte[] image = imageOfThreeWrites();
            Arrays.fill(image, lost * 4096, (lost + 1) * 4096, (byte) 0x77);
            assertEquals(3, value(AlternatingBlock.open(new CrashableFile(image), STORE)));
        }
    }

    @Test
    @DisplayName("refuses with a typed error that names the file when every copy is bad, and changes nothing")
    void allBad() {
        byte[] image = imageOfThreeWrites();
        for (int copy = 0; copy < 2; copy++) {
            image[position(3, copy) + 40] ^= 1;
            image[position(4, copy) + 40] ^= 1;
        }
        CrashableFile file = new CrashableFile(image);
        StoreDamagedException damaged = assertThrows(StoreDamagedException.class, () -> AlternatingBlock.open(file, STORE));
        assertTrue(damaged.getMessage().contains("roots") && damaged.getMessage().contains("checksum"), damaged.getMessage());
        assertTrue(Arrays.equals(image, file.image(false)));
        assertEquals(0, file.syncs);
        assertThrows(StoreDamagedException.class, () -> AlternatingBlock.open(new CrashableFile(new byte[0]), STORE));
        assertThrows(StoreDamagedException.class, () -> AlternatingBlock.open(new CrashableFile(new byte[AlternatingBlock.FILE_BYTES]), STORE));
    }

    @Test
    @DisplayName("refuses the block of another store, and a copy that was written to the wrong place")
    void foreign() {
        byte[] image = imageOfThreeWrites();
        StoreDamagedException damaged = assertThrows(StoreDamagedException.class, () -> AlternatingBlock.open(new CrashableFile(image), STORE + 1));
        assertTrue(damaged.getMessage().contains("123456789abcdef0"), damaged.getMessage());
        byte[] misdirected = imageOfThreeWrites();
        byte[] newest = Arrays.copyOfRange(misdirected, position(4, 0), position(4, 0) + 512);
        AlternatingBlock block = AlternatingBlock.create(new CrashableFile(new byte[0]), STORE, payload(8));
        assertEquals(8, value(block));
        CrashableFile other = new CrashableFile(new byte[0]);
        AlternatingBlock.create(other, STORE, payload(8));
        byte[] target = other.image(true);
        System.arraycopy(newest, 0, target, position(4, 1), 512);
        System.arraycopy(newest, 0, target, position(1, 0), 512);
        assertEquals(8, value(AlternatingBlock.open(new CrashableFile(target), STORE)));
    }

    @Test
    @DisplayName("creating over an older block forgets it")
    void createOver() {
        CrashableFile file = new CrashableFile(imageOfThreeWrites());
        AlternatingBlock.create(file, STORE, payload(50));
        assertEquals(50, value(AlternatingBlock.open(new CrashableFile(file.image(true)), STORE)));
    }

    @ParameterizedTest(name = "writes nothing more after a failed {0}, until it is opened again (F2: no retry)")
    @ValueSource(strings = {"sync", "write"})
    void failedForGood(String what) {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        if (what.equals("sync")) {
            file.nextSync = new SyncFailedException("no");
        } else {
            file.nextWrite = new DiskException("no");
        }
        assertThrows(DiskException.class, () -> block.write(payload(1)));
        file.nextSync = null;
        file.nextWrite = null;
        assertThrows(StoreFailedException.class, () -> block.write(payload(2)));
        assertEquals(0, value(block));
        long value = value(AlternatingBlock.open(file, STORE));
        assertTrue(value == 0 || value == 1);
    }

    private static byte[] imageOfThreeWrites() {
        CrashableFile file = new CrashableFile(new byte[0]);
        AlternatingBlock block = AlternatingBlock.create(file, STORE, payload(0));
        for (int value : List.of(1, 2, 3)) {
            block.write(payload(value));
        }
        assertEquals(4, block.sequence());
        assertFalse(file.image(true).length == 0);
        return file.image(true);
    }

    private static int position(long sequence, int copy) {
        return (int) AlternatingBlock.position(AlternatingBlock.slot(sequence), copy);
    }

    private static ByteBuffer payload(long value) {
        return ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putLong(value).rewind();
    }

    private static long value(AlternatingBlock block) {
        return block.payload().getLong(0);
    }
}
