package dev.afterimage.spitests.faults;

import java.util.List;

/** Faults of the doublewrite buffer in module {@code buffer}, for every strategy that sends its home pages through it. */
public final class FaultsOfTheDoublewrite {
    private static final String BUFFER = "dev.afterimage.buffer.DoublewriteBuffer";
    private static final String REPAIR = "dev.afterimage.buffer.DoublewriteRepair";
    private static final String SLOT = "dev.afterimage.buffer.DoublewriteSlot";

    private static final Hunt[] WHERE_HOMES_ARE_TORN = {Hunt.scenario("checkpoint-after-commit"), Hunt.scenario("checkpoint-amid-work"), Hunt.random("checkpoints")};

    /** All of them. */
    public static final List<SeededFault> ALL = List.of(
            SeededFault.of("W1", "copies and pages go out before the log that explains them is durable")
                    .in("buffer", BUFFER, "awaitLog(batch); //", "//")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-relaxed"), Hunt.scenario("checkpoint-amid-work")),
            SeededFault.of("D1", "homes are overwritten before their copies are durable")
                    .in("buffer", BUFFER, "try { area.syncData(); } catch (SyncFailedException cause) { failure.failed(cause); throw cause; } lastBatch++;", "lastBatch++;")
                    .caughtBy("A2 T1", WHERE_HOMES_ARE_TORN),
            SeededFault.of("D2", "copies are overwritten before the homes that they are of are durable")
                    .in("buffer", BUFFER, "if (!batch.isInArea()) { syncHomesInDoubt();", "if (!batch.isInArea()) {")
                    .caughtBy("A2 T1", WHERE_HOMES_ARE_TORN),
            SeededFault.of("D4", "copies are restored without a look at them or at the homes")
                    .in("buffer", SLOT, "if (checksum != buffer.getInt(at + PAGE_CHECKSUM)) { return false; }", "if (checksum == checksum) { return true; }")
                    .in("buffer", REPAIR, "boolean written = homePages.isWritten(number, home);", "boolean written = false;")
                    .caughtBy("A1 A2 A3 D1 T1", WHERE_HOMES_ARE_TORN),
            SeededFault.of("D5", "a repair overwrites the copies that it restores homes from")
                    .in("buffer", BUFFER, "if ((lastBatch + 1 & 1) != free) {", "if ((lastBatch + 1 & 1) == free) {")
                    .caughtBy("A2 T1", Hunt.nested("checkpoint-after-commit"), Hunt.nested("checkpoint-amid-work"), Hunt.randomNested("checkpoints")));

    private FaultsOfTheDoublewrite() {
    }
}
