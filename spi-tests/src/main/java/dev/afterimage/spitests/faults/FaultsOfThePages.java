package dev.afterimage.spitests.faults;

import java.util.List;

/** Faults of module {@code buffer}, for every strategy with home pages and a control block there. */
public final class FaultsOfThePages {
    private static final String HOMES = "dev.afterimage.buffer.HomePages";
    private static final String SPACE = "dev.afterimage.buffer.HomeSpace";
    private static final String BLOCK = "dev.afterimage.buffer.AlternatingBlock";
    private static final String SECTOR = "dev.afterimage.buffer.BlockSector";
    private static final String CHECKSUM = "dev.afterimage.buffer.PageChecksum";

    /** All of them. */
    public static final List<SeededFault> ALL = List.of(
            SeededFault.of("W1", "a page goes home before the log that explains it is durable")
                    .in("buffer", HOMES, "awaitBarrier(PageHeader.pageLsn(page));", "")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-relaxed"), Hunt.scenario("checkpoint-amid-work")),
            SeededFault.of("F3", "a checkpoint goes on after the sync of the homes failed")
                    .in("buffer", HOMES, "failure = failed; throw failed;", "")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            SeededFault.of("P5", "the checksum of a page is not looked at")
                    .in("buffer", HOMES, "return copy.getInt(PageHeader.CHECKSUM_OFFSET) == PageChecksum.ofPageWithHeader(copy, number, storeId) || isZero(copy);", "return true;")
                    .caughtBy("T1", Hunt.check("check-rot-at-rest")),
            SeededFault.of("P8", "a new page whose length survived and whose bytes did not is refused")
                    .in("buffer", HOMES, "PageChecksum.ofPageWithHeader(copy, number, storeId) || isZero(copy);", "PageChecksum.ofPageWithHeader(copy, number, storeId);")
                    .caughtBy("A2 A3 T1", Hunt.scenario("creation"), Hunt.scenario("first-commit"), Hunt.scenario("pages-come-and-go")),
            SeededFault.of("P9", "the checksum of a page leaves out the page's number")
                    .in("buffer", CHECKSUM, "update(crc, number);", "")
                    .caughtBy("T1", Hunt.check("check-rot-at-rest")),
            SeededFault.of("L6", "a page that is newer than the log is accepted")
                    .in("buffer", SPACE, "if (pageLsn < 0 || pageLsn >= end || isInGap(pageLsn)) {", "if (pageLsn < 0) {")
                    .caughtBy("T2", Hunt.check("check-one-file-of-a-later-copy")),
            withBlockOfTwoSectors(SeededFault.of("C2", "the control block is one copy of two sectors, overwritten in place"))
                    .in("buffer", BLOCK, "return (int) (sequence & 1);", "return 0;")
                    .in("buffer", BLOCK, "COPIES = 2;", "COPIES = 1;")
                    .in("buffer", BLOCK, "block.writeCopy(newest.sequence, 1 - newest.copy, newest.payload);", "")
                    .caughtBy("A2", Hunt.scenario("checkpoint-after-commit")));

    private FaultsOfThePages() {
    }

    /** With an alternating block whose copies take two sectors, so that each can be torn: the head is in one, the payload in the other. By itself no fault. */
    public static SeededFault withBlockOfTwoSectors(SeededFault fault) {
        return fault.in("buffer", SECTOR, "int BYTES = 512;", "int BYTES = 1024;")
                .in("buffer", SECTOR, "PAYLOAD_OFFSET = 32;", "PAYLOAD_OFFSET = 512;")
                .in("buffer", SECTOR, ".putInt(0).put(payload.duplicate());", ".putInt(0).position(PAYLOAD_OFFSET).put(payload.duplicate());");
    }
}
