package dev.afterimage.shadowpaging;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.faults.EverySeededFaultIsCaught;
import dev.afterimage.spitests.faults.FaultsOfThePages;
import dev.afterimage.spitests.faults.Hunt;
import dev.afterimage.spitests.faults.SeededFault;
import dev.afterimage.spitests.faults.Unseeded;

@DisplayName("shadow-paging with a seeded fault")
class ShadowSeededFaultsTest extends EverySeededFaultIsCaught {
    private static final String MODULE = "shadow-paging";
    private static final String PACKAGE = "dev.afterimage.shadowpaging.";
    private static final String FLIPS = PACKAGE + "Flips";
    private static final String RECOVERY = PACKAGE + "ShadowRecovery";
    private static final String TRANSACTION = PACKAGE + "ShadowTransaction";
    private static final String BLOCK = "dev.afterimage.buffer.AlternatingBlock";

    private static final List<SeededFault> TREES = List.of(
            fault("S1", "the root is written before the pages and nodes that it leads to are durable")
                    .in(MODULE, FLIPS, "so that it covers them space.sync();", "so that it covers them")
                    .caughtBy("A2 T1", Hunt.scenario("two-pages")),
            fault("S5", "slots that only a snapshot still reads are given to the next writer")
                    .in(MODULE, PACKAGE + "PinnedRoots", "return keep(slots, newest);", "return slots;")
                    .caughtBy("V1 A3", Hunt.played("snapshot-of-pages-that-go")),
            fault("S6", "the slot of a replaced page version is free before the root that no longer reaches it is durable")
                    .in(MODULE, PACKAGE + "PageTableUpdate", "dropped.add(before);", "slots.give(before);")
                    .caughtBy("A2 T1", Hunt.scenario("two-pages")),
            fault("S6a", "recovery takes the slots of pages for free, having marked those of nodes only")
                    .in(MODULE, PACKAGE + "PageTableWalk", "mark(child, \"node \" + number + \" of level \" + level); if (level == 1) {", "if (level > 1) { mark(child, \"node\"); } if (level == 1) {")
                    .caughtBy("A2 A3 T1", Hunt.scenario("two-pages")),
            fault("S7", "a root names a length of the file that is not durable")
                    .in(MODULE, FLIPS, "long slotsSynced = before.slots();", "long slotsSynced = slots.count();")
                    .caughtBy("A2", Hunt.scenario("grown-in-vain")),
            fault("S9", "slots that no root reaches stay in use after a crash")
                    .in(MODULE, RECOVERY, "RecoveryPhase walk = walk(parts, found);", "RecoveryPhase walk = walk(parts, found); for (long slot = 0; slot < found.slots(); slot++) { parts.free().markUsed(slot); }")
                    .caughtBy("L2", Hunt.check("check-crash-cycles")),
            fault("C3", "the file is cut before the root that no longer names its old length is durable")
                    .in(MODULE, RECOVERY, "rootBlock.write(again.encode(context.pageSize()));", "parts.file().resize(again.slots() * context.pageSize()); parts.file().sync(); rootBlock.write(again.encode(context.pageSize()));")
                    .caughtBy("A2", Hunt.nested("shrinking")));

    private static final List<SeededFault> ROOTS = List.of(
            longRoot("S2", "the new root is written over the newest one")
                    .in("buffer", BLOCK, "return (int) (sequence & 1);", "return 0;")
                    .caughtBy("A2", Hunt.scenario("two-pages")),
            longRoot("S3", "the newest root is taken without a look at its checksum")
                    .in("buffer", "dev.afterimage.buffer.BlockSector", "if (expected != found) {", "if (expected != found && slot < 0) {")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("two-pages")),
            fault("S10", "the root is kept once in each of its places, and when the newest rots the one before is taken without a word")
                    .in("buffer", BLOCK, "COPIES = 2;", "COPIES = 1;")
                    .in("buffer", BLOCK, "block.writeCopy(newest.sequence, 1 - newest.copy, newest.payload); file.sync();", "")
                    .caughtBy("T1 T2", Hunt.check("check-rot-at-rest"), Hunt.check("check-rot-in-what-was-synced")));

    private static final List<SeededFault> COMMITS = List.of(
            fault("W4", "a commit is answered before its flip")
                    .in(MODULE, TRANSACTION, "return batch == null || level == Durability.RELAXED ? CommitTicket.DONE : batch;", "return CommitTicket.DONE;")
                    .caughtBy("A2 D1", Hunt.scenario("first-commit")),
            fault("E1", "a reader of a commit that is not durable is answered at once")
                    .in(MODULE, TRANSACTION, "own.isEmpty() ? flips.newestUndurable() : commitOwn(level);", "own.isEmpty() ? null : commitOwn(level);")
                    .caughtBy("D3", Hunt.scenario("reader-after-relaxed")),
            fault("E3", "a commit is seen before it is sure to have room, and then is refused")
                    .in(MODULE, FLIPS, "if (slots.reserve(missing)) { install(batch, pageIds, places, depth, replaced); break; }", "install(batch, pageIds, places, depth, replaced); if (slots.reserve(missing)) { break; }")
                    .caughtBy("A1 A3 F2", Hunt.fullDisks()),
            fault("A4", "rolling back to a savepoint keeps what came after it")
                    .in(MODULE, TRANSACTION, "own.rollbackTo(mark);", "")
                    .caughtBy("S1 A3", Hunt.played("savepoint-then-commit")));

    private static final List<SeededFault> ERRORS = List.of(
            fault("F1", "a failed sync of the pages is swallowed")
                    .in(MODULE, PACKAGE + "SlotSpace", "file.syncData();", "try { file.syncData(); } catch (dev.afterimage.spi.storage.DiskException swallowed) { }")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            fault("F1a", "a failed sync of the root is swallowed")
                    .in("buffer", BLOCK, "failure = e; throw e; } sequence++;", "} sequence++;")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            fault("F2", "a failed sync of the pages is tried again until it works")
                    .in(MODULE, PACKAGE + "SlotSpace", "file.syncData();", """
                            for (boolean synced = false; !synced;) {
                                try {
                                    file.syncData();
                                    synced = true;
                                } catch (dev.afterimage.spi.storage.DiskException again) {
                                }
                            }""")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            fault("F4", "a commit whose flip failed is reported as rolled back, and the store goes on")
                    .in(MODULE, FLIPS, "if (failure.compareAndSet(null, cause)) { events.failed(cause); }", "")
                    .in(MODULE, TRANSACTION, "own.clearKeepingFinal(); return batch;", """
                            own.clearKeepingFinal();
                            try {
                                batch.await();
                            } catch (dev.afterimage.api.StoreFailedException aborted) {
                                throw new dev.afterimage.spi.storage.DiskFullException("the flip failed: rolled back");
                            }
                            return batch;""")
                    .in(MODULE, TRANSACTION, "} catch (RuntimeException | Error afterTheLine) {", "} catch (dev.afterimage.spi.storage.DiskFullException aborted) { throw aborted; } catch (RuntimeException | Error afterTheLine) {")
                    .caughtBy("F1 A1 A3 D1", Hunt.failedSyncs()),
            fault("F5", "after a failed flip, later commits are taken and answered")
                    .in(MODULE, FLIPS, "if (failure.compareAndSet(null, cause)) { events.failed(cause); }", "")
                    .caughtBy("F1 A1 A2 A3 D1", Hunt.failedSyncs()),
            fault("P5", "the checksum of a slot is not looked at")
                    .in(MODULE, PACKAGE + "SlotSpace", "if (found != right) {", "if (found != right && bytes < 0) {")
                    .caughtBy("T1", Hunt.check("check-rot-at-rest")));

    private static SeededFault fault(String id, String sentence) {
        return SeededFault.of(id, sentence);
    }

    /** With a root of two sectors, which can be torn. */
    private static SeededFault longRoot(String id, String sentence) {
        return FaultsOfThePages.withBlockOfTwoSectors(fault(id, sentence));
    }

    @Override
    protected Class<? extends RecoveryStrategyProvider> provider() {
        return ShadowPagingProvider.class;
    }

    @Override
    protected Set<String> packagesBeneath() {
        return Set.of("dev.afterimage.buffer");
    }

    @Override
    protected List<SeededFault> faults() {
        List<SeededFault> all = new ArrayList<>();
        List.of(TREES, ROOTS, COMMITS, ERRORS).forEach(all::addAll);
        FaultsOfThePages.ALL.stream().filter(fault -> fault.id().equals("C2")).forEach(all::add);
        return all;
    }

    @Override
    protected List<Unseeded> unseeded() {
        return List.of(
                new Unseeded("W1, W2, W3, W6, W7, L1 to L6, G1 to G11, C1, C4, C5, F7, F8, P1, P3, P4, D1 to D5, A1, A2, A6, A8", "there is no log, no page is written where an older version lies, and nothing of an unfinished transaction is ever reached"),
                new Unseeded("C7, R1", "that a store was closed in good order is said in the report, and nothing is left out for it"),
                new Unseeded("F3", "the only sync of pages is that of a flip: see F1"),
                new Unseeded("F10", "names are synced when a store is made, and never again"),
                new Unseeded("R3", "a store is there once the engine's header is, which is written when the first flip of the strategy is through; what goes wrong in the files before that is never opened"),
                new Unseeded("S8", "put in (both copies of the newest root are written anew at once), it shows in no crash state: each is written with the bytes that the good one has, and a sector that is written with its own bytes cannot be torn; the order guards against devices that leave rubbish in a sector"),
                new Unseeded("P8", "the table leads to no slot whose bytes were not synced before"),
                new Unseeded("P9", "a page's checksum lies with its parent, not in the slot, so a write that went elsewhere is found without any number in it; two places of a root differ in the parity of its number"));
    }
}
