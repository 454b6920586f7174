package dev.afterimage.innodbstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.SplittableRandom;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Damage in the redo log")
class RedoDamageTest {
    private static final int HEADER = 16384;

    private final MiniTransaction mtr = new MiniTransaction();
    private DiskImage image;
    private long checkpointLsn;
    private long beforeLast;
    private long end;

    /** Three openings, a checkpoint in the midst of the first, forces all along; the last force wrote two blocks. */
    @BeforeEach
    void write() {
        SimulatedDisk disk = new SimulatedDisk();
        RedoWorkshop.create(disk).close();
        long number = 0;
        for (int opening = 0; opening < 3; opening++) {
            try (RedoLog log = RedoWorkshop.reopen(disk)) {
                for (int i = 0; i < 8; i++) {
                    beforeLast = log.endLsn();
                    end = RedoWorkshop.append(log, mtr, ++number, 600);
                    log.force(end);
                    if (opening == 0 && i == 3) {
                        checkpointLsn = end;
                        log.checkpoint(end, RedoWorkshop.payload(number));
                    }
                }
            }
        }
        image = disk.asIssued();
        assertEquals(24, RedoWorkshop.read(disk).last());
    }

    @Test
    @DisplayName("is refused wherever it is, from the checkpoint to the beginning of what the last force wrote; that alone looks like a torn tail")
    void everyBlock() {
        SplittableRandom random = new SplittableRandom(3);
        for (long block = RedoBlock.numberOf(checkpointLsn); block <= RedoBlock.numberOf(end); block++) {
            for (int flip = 0; flip < 12; flip++) {
                long at = HEADER + block * 512 + random.nextInt(512);
                DiskImage rotten = image.flipBit("redo-0", at, flip % 8);
                expectRefusal(block, rotten, "a bit of byte " + at % 512);
            }
            expectRefusal(block, image.zeroSector("redo-0", HEADER / 512 + block), "zeros");
            expectRefusal(block, image.overwrite("redo-0", HEADER + block * 512, image.read("redo-0", HEADER + (block - 1) * 512, 512)), "the block before it");
        }
    }

    /** Fault G4: a checksum without the header would be right for each of these; then an epoch's own block could name another epoch, and what that epoch wrote would pass for the leavings of an earlier one. */
    @Test
    @DisplayName("is refused in each bit of each field of each block's header (G4)")
    void everyHeaderBit() {
        for (long block = RedoBlock.numberOf(checkpointLsn); block <= RedoBlock.numberOf(end); block++) {
            for (int bit = 0; bit < RedoBlock.HEADER_BYTES * 8; bit++) {
                expectRefusal(block, image.flipBit("redo-0", HEADER + block * 512 + bit / 8, bit % 8), "bit " + bit % 8 + " of byte " + bit / 8);
            }
        }
    }

    private void expectRefusal(long block, DiskImage rotten, String what) {
        if (block < RedoBlock.numberOf(beforeLast)) {
            try {
                StoreDamagedException refused = assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(rotten)));
                assertTrue(refused.getMessage().contains("redo-0"), refused.getMessage());
            } catch (AssertionError wrong) {
                fail("block " + block + " with " + what + ", the log is read from block " + RedoBlock.numberOf(checkpointLsn) + " to " + RedoBlock.numberOf(end), wrong);
            }
        } else {
            try {
                assertTrue(RedoWorkshop.read(new SimulatedDisk(rotten)).last() >= 22, "at most what shares the last blocks is gone");
            } catch (StoreDamagedException evenBetter) {
                // The last force wrote more than one block, and another one of them was its witness.
            }
        }
    }

    @Test
    @DisplayName("is repaired in any one copy of a checkpoint block, and refused in all of them")
    void checkpointBlocks() {
        for (long sector = 0; sector < HEADER / 512; sector += 8) {
            assertEquals(24, RedoWorkshop.read(new SimulatedDisk(image.zeroSector("redo-0", sector))).last());
        }
        DiskImage none = image.zeroSector("redo-0", 0).zeroSector("redo-0", 8).zeroSector("redo-0", 16).zeroSector("redo-0", 24);
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(none)));
    }

    @Test
    @DisplayName("a block that came back as it was before it was written again is refused as well")
    void lostRewrite() {
        SimulatedDisk disk = new SimulatedDisk();
        DiskImage once;
        long first;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            first = RedoWorkshop.append(log, mtr, 1, 50);
            log.force(first);
            once = disk.asIssued();
            log.force(RedoWorkshop.append(log, mtr, 2, 50));
            log.force(RedoWorkshop.append(log, mtr, 3, 800));
        }
        long at = HEADER + RedoBlock.numberOf(first) * 512;
        DiskImage lost = disk.asIssued().overwrite("redo-0", at, once.read("redo-0", at, 512));
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(lost)));
    }

    @Test
    @DisplayName("and so it is at the end of an epoch, though the next one begins in the block behind it")
    void lostRewriteBeforeAnEpoch() {
        SimulatedDisk disk = new SimulatedDisk();
        DiskImage once;
        long first;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            first = RedoWorkshop.append(log, mtr, 1, 50);
            log.force(first);
            once = disk.asIssued();
            log.force(RedoWorkshop.append(log, mtr, 2, 50));
        }
        long at = HEADER + RedoBlock.numberOf(first) * 512;
        byte[] older = once.read("redo-0", at, 512);
        RedoLog next = RedoWorkshop.reopen(disk);
        DiskImage lost = disk.asIssued().overwrite("redo-0", at, older);
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(lost)));
        // Nor is a checkpoint found in a block that does not reach it.
        next.close();
        try (RedoLog log = RedoLog.continueAt(RedoWorkshop.endOf(disk), disk, RedoWorkshop.SMALL, RedoWorkshop.STORE, new SplittableRandom(8), RedoWorkshop.QUIET, end2(disk), RedoWorkshop.payload(2))) {
            assertTrue(log.checkpointLsn() > first);
        }
        DiskImage beforeCheckpoint = disk.asIssued().overwrite("redo-0", at, older);
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(beforeCheckpoint)));
    }

    /** Where number 2 ends. */
    private static long end2(SimulatedDisk disk) {
        return RedoWorkshop.read(new SimulatedDisk(disk.asIssued())).found().get(1).endLsn();
    }

    @Test
    @DisplayName("in the very last block is seen where the checkpoint block knows better: after a clean end")
    void cleanEnd() {
        SimulatedDisk disk = new SimulatedDisk(image);
        try (RedoLog log = RedoWorkshop.reopen(disk)) {
            RedoWorkshop.append(log, mtr, 25, 60);
            log.checkpoint(log.endLsn(), RedoWorkshop.payload(25));
            end = log.endLsn();
        }
        DiskImage rotten = disk.asIssued().zeroSector("redo-0", HEADER / 512 + RedoBlock.numberOf(end));
        assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(rotten)));
    }

    @Test
    @DisplayName("in what the very last force wrote is seen where a checkpoint was taken after that, though it lies before")
    void checkpointKnowsBetter() {
        SimulatedDisk disk = new SimulatedDisk();
        long last;
        try (RedoLog log = RedoWorkshop.create(disk)) {
            long first = RedoWorkshop.append(log, mtr, 1, 900);
            RedoWorkshop.append(log, mtr, 2, 900);
            last = RedoWorkshop.append(log, mtr, 3, 900);
            log.force(last);
            log.checkpoint(first, RedoWorkshop.payload(1));
        }
        assertEquals(3, RedoWorkshop.read(new SimulatedDisk(disk.asIssued())).last());
        for (long block = RedoBlock.numberOf(last) - 1; block <= RedoBlock.numberOf(last); block++) {
            DiskImage rotten = disk.asIssued().zeroSector("redo-0", HEADER / 512 + block);
            assertThrows(StoreDamagedException.class, () -> RedoWorkshop.read(new SimulatedDisk(rotten)));
        }
    }

    @Test
    @DisplayName("an input error and a lack of memory are neither damage nor the end (F8): the same call works later")
    void notTheEnd() {
        for (int skip = 0; skip < 6; skip++) {
            SimulatedDisk disk = new SimulatedDisk(image);
            try (RedoReader reader = RedoReader.open(disk, RedoWorkshop.STORE)) {
                disk.faults().failReads(name -> true, skip, 1);
                boolean failed = false;
                try {
                    reader.findEnd(lsn -> { });
                } catch (DiskException expected) {
                    failed = true;
                }
                assertEquals(failed, disk.faults().struck() == 1);
                disk.faults().clear();
                assertEquals(end, reader.findEnd(lsn -> { }).lsn());
                disk.faults().exhaustMemoryOnRead(name -> true, 0);
                assertThrows(OutOfMemoryError.class, () -> reader.findEnd(lsn -> { }));
                assertEquals(end, reader.findEnd(lsn -> { }).lsn());
            }
        }
    }
}
