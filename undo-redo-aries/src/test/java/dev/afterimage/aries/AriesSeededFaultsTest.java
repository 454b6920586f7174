package dev.afterimage.aries;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.faults.EverySeededFaultIsCaught;
import dev.afterimage.spitests.faults.FaultsOfTheDoublewrite;
import dev.afterimage.spitests.faults.FaultsOfTheLog;
import dev.afterimage.spitests.faults.FaultsOfThePages;
import dev.afterimage.spitests.faults.Hunt;
import dev.afterimage.spitests.faults.SeededFault;
import dev.afterimage.spitests.faults.Unseeded;

@DisplayName("undo-redo-aries with a seeded fault")
class AriesSeededFaultsTest extends EverySeededFaultIsCaught {
    private static final String MODULE = "undo-redo-aries";
    private static final String PACKAGE = "dev.afterimage.aries.";

    private static final List<SeededFault> OWN = List.of(
            fault("A1", "a CLR says that nothing is left to be undone")
                    .in(MODULE, PACKAGE + "CompensationRecord", "PageRecord.writeHeader(target, prevLsn, undoNextLsn,", "PageRecord.writeHeader(target, prevLsn, 0,")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("savepoint-then-commit")),
            fault("A2", "restart undoes losers without writing CLRs")
                    .in(MODULE, PACKAGE + "UndoPass", "PageRecord.pageId(body), wanted, this::append);", "PageRecord.pageId(body), wanted, record -> log.endLsn());")
                    .caughtBy("A1 A2 A3 D1", Hunt.nested("checkpoint-amid-work")),
            fault("A4", "rolling back to a savepoint is not logged, so that restart does the rolled-back part again as a winner's")
                    .in(MODULE, PACKAGE + "AriesTransaction", "undoUntil(mark); }", "partly = true; undoUntil(mark); partly = false; } private boolean partly;")
                    .in(MODULE, PACKAGE + "AriesTransaction", "record -> store.log().appendPromised(record, promise));", """
                            record -> {
                                if (partly) {
                                    store.log().withdraw(promise);
                                    return lastLsn;
                                }
                                return store.log().appendPromised(record, promise);
                            });""")
                    .caughtBy("S1 A1 A2 A3 D1", Hunt.scenario("savepoint-then-commit")),
            fault("A6", "a rollback is not logged, neither CLRs nor the end record, so that restart does it again over what was committed since")
                    .in(MODULE, PACKAGE + "AriesTransaction", "record -> store.log().appendPromised(record, promise));", "record -> { store.log().withdraw(promise); return lastLsn; });")
                    .in(MODULE, PACKAGE + "AriesTransaction", "store.log().appendPromised(new TransactionRecord(RecordTypes.END, id, lastLsn), TransactionRecord.PROMISE);",
                            "store.log().withdraw(TransactionRecord.PROMISE);")
                    .caughtBy("A1 A2 A3 D1", Hunt.scenario("rollback-after-checkpoint")),
            fault("A6a", "a rollback ends without an end record")
                    .in(MODULE, PACKAGE + "AriesTransaction", "store.log().appendPromised(new TransactionRecord(RecordTypes.END, id, lastLsn), TransactionRecord.PROMISE);",
                            "store.log().withdraw(TransactionRecord.PROMISE);")
                    .caughtBy("R1", Hunt.check("check-reports")),
            fault("L1", "redo repeats the change that the page already holds")
                    .in(MODULE, PACKAGE + "RedoShare", "if (pageLsn >= lsn) {", "if (pageLsn > lsn) {")
                    .with("torn-page-protection", "doublewrite")
                    .caughtBy("A2", Hunt.scenario("checkpoint-after-commit")),
            fault("L2", "redo does not stamp the page's LSN")
                    .in(MODULE, PACKAGE + "PageRecord", "at + bodyBytes, ranges, page); PageHeader.setPageLsn(page, lsn);", "at + bodyBytes, ranges, page);")
                    .caughtBy("A2 A3 D1", Hunt.scenario("checkpoint-after-commit")),
            fault("L3", "redo begins at the checkpoint, not at the smallest recLSN")
                    .in(MODULE, PACKAGE + "Checkpointer", "long redo = redoPointOf(tables, begin);", "long redo = begin;")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("checkpoint-after-commit")),
            fault("C1", "the control file points past pages that are not durable")
                    .in(MODULE, PACKAGE + "Checkpointer", "long redo = redoPointOf(tables, begin); syncHomes();", "long redo = redoPointOf(tables, begin);")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            fault("C3", "the old log is recycled before the control file that no longer needs it is durable")
                    .in(MODULE, PACKAGE + "Checkpointer", "control.write(state.encode())", "recycleThenWrite(state, keepFrom)")
                    .in(MODULE, PACKAGE + "Checkpointer", "private void complete(ControlState state, long keepFrom) {", """
                            private void recycleThenWrite(ControlState state, long keepFrom) {
                                log.recycleBefore(keepFrom);
                                control.write(state.encode());
                            }

                            private void complete(ControlState state, long keepFrom) {""")
                    .caughtBy("A1 A2 A3 D1 D2 W1", Hunt.scenario("much-log")),
            fault("C4", "a page that is written home during a checkpoint is in neither its table nor its sync")
                    .in(MODULE, PACKAGE + "Checkpointer", "CheckpointTables tables = tables(begin); long redo = redoPointOf(tables, begin); syncHomes();",
                            "syncHomes(); CheckpointTables tables = tables(begin); long redo = redoPointOf(tables, begin);")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("background-amid-checkpoint")),
            fault("C5", "a checkpoint notes the dirty pages of one half of the pages only")
                    .in(MODULE, PACKAGE + "Checkpointer", "store.pool().forEachDirty(store.homeSpace(), tables::addPage);",
                            "store.pool().forEachDirty(store.homeSpace(), (number, recLsn) -> { if (number % 2 == 0) { tables.addPage(number, recLsn); } });")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            fault("C7", "the store is marked as closed in good order before its last pages are durable")
                    .in(MODULE, PACKAGE + "Checkpointer", "store.pool().writeBackAll(store.homeSpace(), left -> true); syncHomes(); long end = log.endLsn(); log.force(end);", "long end = log.endLsn(); log.force(end);")
                    .in(MODULE, PACKAGE + "Checkpointer", "complete(state(true, log.endLsn(), 0, 0, highestTransactionId), log.endLsn());",
                            "complete(state(true, end, 0, 0, highestTransactionId), end); store.pool().writeBackAll(store.homeSpace(), left -> true); syncHomes();")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("close-and-reopen")),
            fault("W3", "a page can go home while somebody has it open, with bytes that its LSN does not speak of yet")
                    .in(MODULE, PACKAGE + "AriesTransaction", "frame.latchExclusive(); return workspace().takeAccess().open(frame, true);", "return workspace().takeAccess().open(frame, false);")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("checkpoint-amid-write")),
            fault("W4", "a commit is answered before its log is synced")
                    .in(MODULE, PACKAGE + "AriesTransaction", "case POWER_SAFE -> store.log().force(awaitedLsn);", "case POWER_SAFE -> store.log().write(awaitedLsn);")
                    .caughtBy("A2 D1", Hunt.scenario("first-commit")),
            fault("F4", "a commit whose sync failed is reported as rolled back, and the store goes on")
                    .in("wal", "dev.afterimage.wal.LogFailure", "if (first.compareAndSet(null, cause)) { events.failed(cause); }", "")
                    .in(MODULE, PACKAGE + "AriesTransaction", "store.log().withdraw(promised); promised = 0; return lsn;", """
                            try {
                                store.log().force(lsn);
                            } catch (dev.afterimage.api.StoreFailedException aborted) {
                                throw new DiskFullException("the log could not be synced: rolled back");
                            }
                            store.log().withdraw(promised);
                            promised = 0;
                            return lsn;""")
                    .caughtBy("F1 A1 A2 D1", Hunt.failedSyncs()),
            fault("F7", "an error while a rollback is logged ends the rollback without a word")
                    .in(MODULE, PACKAGE + "AriesTransaction", "throw store.failure().fail(\"rolling back transaction \" + id + \" failed\", cause);", "undoNextLsn = mark;")
                    .caughtBy("A1 A3 F2", Hunt.failingRollbacks()),
            fault("P1", "a page's image is logged once per opening, not once per checkpoint")
                    .in(MODULE, PACKAGE + "AriesTransaction", "FullPageImage.needed(imageLsn, store.redoPoint().lsn());", "FullPageImage.needed(imageLsn, store.log().start().lsn());")
                    .caughtBy("A2 T1", Hunt.scenario("checkpoint-after-commit")),
            fault("P3", "a page's image is measured before the change that it is to hold, and copied after it")
                    .in(MODULE, PACKAGE + "AriesTransaction", "frame.latchExclusive(); return workspace().takeAccess().open(frame, true);",
                            "frame.latchExclusive(); workspace().update.measure(frame.page()); return workspace().takeAccess().open(frame, true);")
                    .in(MODULE, PACKAGE + "UpdateRecord", "image.measure(page); afterBytes", "afterBytes")
                    .in(MODULE, PACKAGE + "UpdateRecord", "@Override public int type()", "void measure(OffHeapBytes early) { image.measure(early); } @Override public int type()")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            fault("P4", "redo believes a torn page because the LSN in its head is new")
                    .in("buffer", "dev.afterimage.buffer.HomePages", "fill(number, copy); if (isWhole(number, copy)) { page.put(0, copy); return true; }", "fill(number, copy); page.put(0, copy); if (copy != null) { return true; }")
                    .in(MODULE, PACKAGE + "RedoShare", "if (PageRecord.isWhole(bytes, at) && tornPages.imagesAreLogged()) { return true; }", "if (PageRecord.isWhole(bytes, at) && tornPages.imagesAreLogged()) { return PageHeader.pageLsn(page) < lsn; }")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            fault("E1", "a reader of a commit that is not durable is answered at once")
                    .in(MODULE, PACKAGE + "AriesTransaction", "awaitedLsn = store.transactions().lastCommitLsn();", "awaitedLsn = 0;")
                    .caughtBy("D3", Hunt.scenario("reader-after-relaxed")));

    private static SeededFault fault(String id, String sentence) {
        return SeededFault.of(id, sentence);
    }

    @Override
    protected Class<? extends RecoveryStrategyProvider> provider() {
        return AriesProvider.class;
    }

    @Override
    protected List<SeededFault> faults() {
        List<SeededFault> all = new ArrayList<>(OWN);
        all.addAll(FaultsOfTheLog.ALL);
        all.addAll(FaultsOfThePages.ALL);
        FaultsOfTheDoublewrite.ALL.stream().map(fault -> fault.with("torn-page-protection", "doublewrite")).forEach(all::add);
        return all;
    }

    @Override
    protected List<Unseeded> unseeded() {
        return List.of(
                new Unseeded("A8", "losers never share a page: the page lock is held to the end, map pages' too, and undo puts back bytes where they were; so the order between losers decides nothing but how the log is read"),
                new Unseeded("A7, A10, A11", "no index pages, no prepared transactions, and no opening before undo has ended"));
    }
}
