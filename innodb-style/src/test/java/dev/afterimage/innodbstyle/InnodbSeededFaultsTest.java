package dev.afterimage.innodbstyle;

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

@DisplayName("innodb-style with a seeded fault")
class InnodbSeededFaultsTest extends EverySeededFaultIsCaught {
    private static final String MODULE = "innodb-style";
    private static final String PACKAGE = "dev.afterimage.innodbstyle.";
    private static final String FAILURE = "dev.afterimage.wal.LogFailure";

    private static final List<SeededFault> UNDO = List.of(
            fault("A1", "undoing one record takes away all that lie before it in the undo page")
                    .in(MODULE, PACKAGE + "UndoLog", "group.putInt(top, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(at, record.previous()));", "group.putInt(top, UndoPage.FREE_AND_LAST, UndoPage.freeAndLast(at, 0));")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("savepoint-then-commit"), Hunt.scenario("rollback-after-checkpoint")),
            unlogged("A2", "what recovery left unfinished is rolled back without logging it")
                    .in(MODULE, PACKAGE + "Loser", "this.group = group;", "this.group = group; group.unlogged = true;")
                    .caughtBy("A1 A2 A3 D1", Hunt.nested("checkpoint-amid-work"), Hunt.scenario("cut-short"), Hunt.scenario("commits-beside-rollback")),
            unlogged("A4", "rolling back to a savepoint is not logged, so that redo makes the rolled-back part a winner's")
                    .in(MODULE, PACKAGE + "InnodbTransaction", "undoUntil(log, mark);", "workspace().group.unlogged = true; undoUntil(log, mark); workspace().group.unlogged = false;")
                    .caughtBy("S1 A1 A2 A3 D1", Hunt.scenario("savepoint-then-commit")),
            unlogged("A6", "a rollback is not logged, so that it is done again over what was committed since")
                    .in(MODULE, PACKAGE + "InnodbTransaction", "undoUntil(log, 0); endUndo(log);", "workspace().group.unlogged = true; undoUntil(log, 0); endUndo(log); workspace().group.unlogged = false;")
                    .caughtBy("A1 A2 A3 D1", Hunt.scenario("rollback-after-checkpoint"), Hunt.scenario("resurrected-rollback")),
            fault("A11", "the pages of what is rolled back after opening are not locked")
                    .in(MODULE, PACKAGE + "Loser", "distinct.forEach(pages);", "")
                    .caughtBy("A11 A1 A2 A3", Hunt.played("commits-beside-rollback"), Hunt.scenario("commits-beside-rollback")),
            fault("F7", "an error in a rollback ends it without a word")
                    .in(MODULE, PACKAGE + "InnodbTransaction", "throw store.failure().fail(\"rolling back transaction \" + id + \" failed\", cause);", "")
                    .caughtBy("A1 A2 A3 F2", Hunt.failingRollbacks()));

    private static final List<SeededFault> REDO = List.of(
            fault("L1", "redo takes a page for up to date that holds all but the change in hand")
                    .in(MODULE, PACKAGE + "RedoBatch", "if (PageHeader.pageLsn(page) >= ends[record]) {", "if (PageHeader.pageLsn(page) >= starts[record]) {")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("checkpoint-after-commit"), Hunt.scenario("first-commit")),
            fault("L2", "redo does not stamp the page's LSN")
                    .in(MODULE, PACKAGE + "RedoBatch", "if (next < 0 || ends[next] != ends[record]) { PageHeader.setPageLsn(page, ends[record]); }", "")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("first-commit"), Hunt.scenario("larger-than-cache"), Hunt.scenario("pages-come-and-go"), Hunt.scenario("log-laps")),
            fault("L3", "redo begins at the checkpoint, not at the oldest change of a dirty page")
                    .in(MODULE, PACKAGE + "Checkpointer", "oldest = Math.min(oldest, pool.oldestDirtyLsn(space));", "")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("log-laps")),
            fault("L6a", "a redo log of another copy of the store is not told by how far the homes have come")
                    .in(MODULE, PACKAGE + "FlushLsn", "opened.requireBelongsTo(end, file.name());", "")
                    .caughtBy("T2", Hunt.check("check-one-file-of-a-later-copy")),
            fault("R1", "recovery moves the checkpoint to the log's end while what it redid is in memory only")
                    .in(MODULE, PACKAGE + "InnodbStrategy", "long checkpoint = end.checkpointLsn();", "long checkpoint = end.lsn(); flushLsn().advanceTo(checkpoint, failure);")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("first-commit"), Hunt.nested("checkpoint-after-commit")));

    private static final List<SeededFault> CHECKPOINTS = List.of(
            fault("C1", "the checkpoint block is written while homes are not durable")
                    .in(MODULE, PACKAGE + "Checkpointer", "syncHomes(); log.force(oldest);", "log.force(oldest);")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            fault("C3", "room in the log is free one checkpoint before the checkpoint block says so")
                    .in(MODULE, PACKAGE + "RedoLog", "failure.orFail(() -> header.write(next.encode()));", "RedoCheckpoint late = checkpoint; failure.orFail(() -> header.write(late.encode()));")
                    .caughtBy("A1 A2 A3 D1 D2 W1", Hunt.scenario("log-laps")),
            fault("C4", "a page that goes home during a checkpoint is neither noted as dirty nor covered by its sync")
                    .in(MODULE, PACKAGE + "Checkpointer", "long end = log.endLsn(); redoPoint.advanceTo(", "syncHomes(); long end = log.endLsn(); redoPoint.advanceTo(")
                    .in(MODULE, PACKAGE + "Checkpointer", "syncHomes(); log.force(oldest);", "log.force(oldest);")
                    .with("doublewrite-size", "256 KiB")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("eviction-amid-checkpoint")),
            fault("C7", "the store is marked as closed in good order before its last pages are durable")
                    .in(MODULE, PACKAGE + "Checkpointer", "spaces.all().forEach(space -> pool.writeBackAll(space, left -> true)); take(clean);", """
                            if (clean) {
                                long end = log.endLsn();
                                log.force(end);
                                flushLsn.advanceTo(end, failure);
                                log.checkpoint(end, new StoreState(true, pool.pageSize()).encode());
                            }
                            spaces.all().forEach(space -> pool.writeBackAll(space, left -> true));
                            take(clean);""")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("close-and-reopen")));

    private static final List<SeededFault> LOG = List.of(
            fault("G1", "blocks of an older lap are taken for new ones")
                    .in(MODULE, PACKAGE + "RedoReader", "RedoBlock.number(bytes, at) != block) { return Fetched.END; }", "(RedoBlock.number(bytes, at) - block) % files.blocks() != 0) { return Fetched.END; }")
                    .caughtBy("A1 A2 A3 D1 D2 T1 T2", Hunt.scenario("log-laps")),
            fault("G2", "blocks that an earlier opening cut off are taken for new ones")
                    .in(MODULE, PACKAGE + "RedoReader", "if (RedoBlock.epoch(bytes, at) != epoch || lastWasPartial) {", "if (lastWasPartial) {")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("written-row"), Hunt.scenario("relaxed-row"), Hunt.random("commits")),
            fault("G3", "a block's length is followed before its checksum is looked at")
                    .in(MODULE, PACKAGE + "RedoBlock", "return length > HEADER_BYTES && length <= DATA_END && bytes.getInt(at + CHECKSUM) == checksum(bytes, at);", "return length > HEADER_BYTES && length <= DATA_END;")
                    .caughtBy("T2 A2", Hunt.check("check-rot-in-what-was-synced"), Hunt.check("check-rot-in-each-byte")),
            fault("G5", "a block's number is not looked at")
                    .in(MODULE, PACKAGE + "RedoReader", "RedoBlock.number(bytes, at) != block) { return Fetched.END; }", "RedoBlock.number(bytes, at) < 0) { return Fetched.END; }")
                    .caughtBy("A1 A2 A3 D1 D2 T1 T2", Hunt.check("check-misdirected-writes"), Hunt.scenario("log-laps")),
            fault("G6", "damage in the midst of the log is taken for its end")
                    .in(MODULE, PACKAGE + "RedoReader", "if (tail.provenSynced() > found) {", "if (tail.provenSynced() < 0) {")
                    .caughtBy("T2", Hunt.check("check-rot-in-what-was-synced")),
            fault("G7", "a torn tail with something behind it is refused")
                    .in(MODULE, PACKAGE + "RedoReader", "if (tail.provenSynced() > found) {", "if (tail.lastTrace() > found) {")
                    .caughtBy("A2", Hunt.scenario("written-row"), Hunt.scenario("relaxed-row")),
            fault("G8", "half a mini-transaction whose end was lost blocks what the next opening wrote behind it")
                    .in(MODULE, PACKAGE + "RedoReader", "RedoBlock.parentEnd(bytes, at) != groupLsn", "RedoBlock.parentEnd(bytes, at) != RedoBlock.after(groupLsn, records.available())")
                    .caughtBy("A2", Hunt.scenario("written-row"), Hunt.scenario("checkpoint-amid-work"), Hunt.scenario("much-log")),
            fault("G9", "the log runs over what the last checkpoint needs")
                    .in(MODULE, PACKAGE + "RedoLog", "return endLsn + reservedSpan + span - (RedoBlock.numberOf(checkpointLsn) << 9) <= usableBytes;", "return true;")
                    .in(MODULE, PACKAGE + "RedoLog", "if (full.lastBlock() - RedoBlock.numberOf(checkpointLsn) >= files.blocks()) {", "if (full.lastBlock() < 0) {")
                    .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("log-laps")),
            fault("W2", "a commit forces the log up to where its mini-transaction begins, not where it ends")
                    .in(MODULE, PACKAGE + "PageGroup", "stamp(mtr.startLsn(), end); return end;", "stamp(mtr.startLsn(), end); return mtr.startLsn();")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("commit-after-flush")),
            fault("W3", "a page keeps the LSN that it had before the change")
                    .in(MODULE, PACKAGE + "PageGroup", "PageHeader.setPageLsn(frame.page(), end);", "if (PageHeader.pageLsn(frame.page()) == 0) { PageHeader.setPageLsn(frame.page(), end); }")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("checkpoint-after-relaxed"), Hunt.scenario("checkpoint-amid-work")),
            fault("W4", "a commit is answered before its log is synced")
                    .in(MODULE, PACKAGE + "FlushAtCommit", "log.force(lsn);", "log.write(lsn);")
                    .caughtBy("A2 D1", Hunt.scenario("first-commit")),
            fault("E1", "a reader of a commit that is not durable is answered at once")
                    .in(MODULE, PACKAGE + "InnodbTransaction", "awaitedLsn = store.transactions().lastCommitLsn();", "awaitedLsn = 0;")
                    .caughtBy("D3", Hunt.scenario("reader-after-relaxed")));

    private static final List<SeededFault> ERRORS = List.of(
            fault("F1", "a failed sync of the log is swallowed")
                    .in(MODULE, PACKAGE + "RedoLog", "failure.orFail(() -> syncs = syncs + files.sync());", "try { files.sync(); } catch (dev.afterimage.spi.storage.DiskException swallowed) { }")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            fault("F2", "a failed sync of the log is tried again until it works")
                    .in(MODULE, PACKAGE + "RedoLog", "failure.orFail(() -> syncs = syncs + files.sync());", """
                            for (boolean synced = false; !synced;) {
                                try {
                                    files.sync();
                                    synced = true;
                                } catch (dev.afterimage.spi.storage.DiskException again) {
                                }
                            }""")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            fault("F4", "a commit whose sync failed is reported as rolled back, and the store goes on")
                    .in("wal", FAILURE, "if (first.compareAndSet(null, cause)) { events.failed(cause); }", "")
                    .in(MODULE, PACKAGE + "InnodbTransaction", "awaitedLsn = log.commit(workspace().group, store.transactions()); undo = null;", """
                            awaitedLsn = log.commit(workspace().group, store.transactions());
                            undo = null;
                            try {
                                store.log().force(awaitedLsn);
                            } catch (dev.afterimage.api.StoreFailedException aborted) {
                                throw new dev.afterimage.spi.storage.DiskFullException("the log could not be synced: rolled back");
                            }""")
                    .caughtBy("F1 A1 A3 D1", Hunt.failedSyncs()),
            fault("F8", "a read error or a lack of memory is taken for the end of the log")
                    .in(MODULE, PACKAGE + "RedoReader", "int at = window.at(block); ByteBuffer bytes = window.bytes(); // Number,", """
                            int at;
                            try {
                                at = window.at(block);
                            } catch (DiskException | OutOfMemoryError takenForTheEnd) {
                                unread = true;
                                return Fetched.END;
                            }
                            ByteBuffer bytes = window.bytes();
                            // Number,""")
                    .in(MODULE, PACKAGE + "RedoReader", "private RedoEnd endAt(long found) {", """
                            private boolean unread;

                            private RedoEnd endAt(long found) {
                                if (unread) {
                                    return new RedoEnd(found, checkpoint, epochs, 0);
                                }""")
                    .caughtBy("T2", Hunt.check("check-read-errors-in-recovery"), Hunt.check("check-no-memory-in-recovery")));

    private static SeededFault fault(String id, String sentence) {
        return SeededFault.of(id, sentence);
    }

    /** With mini-transactions that can be told to change pages, and to log nothing. */
    private static SeededFault unlogged(String id, String sentence) {
        return fault(id, sentence)
                .in(MODULE, PACKAGE + "PageGroup", "long end = log.commit(mtr); apply(); stamp(mtr.startLsn(), end);", """
                        long end;
                        if (unlogged) {
                            log.cancel(mtr);
                            end = log.endLsn();
                        } else {
                            end = log.commit(mtr);
                        }
                        apply();
                        stamp(unlogged ? end : mtr.startLsn(), end);""")
                .in(MODULE, PACKAGE + "PageGroup", "private void apply() {", "boolean unlogged; private void apply() {");
    }

    @Override
    protected Class<? extends RecoveryStrategyProvider> provider() {
        return InnodbProvider.class;
    }

    @Override
    protected List<SeededFault> faults() {
        List<SeededFault> all = new ArrayList<>();
        List.of(UNDO, REDO, CHECKPOINTS, LOG, ERRORS, FaultsOfTheDoublewrite.ALL).forEach(all::addAll);
        // Of the log that the others share, this strategy uses what a failure is; of the pages, all but the way home that leads past the doublewrite buffer.
        FaultsOfTheLog.ALL.stream().filter(fault -> fault.id().equals("F5")).forEach(all::add);
        FaultsOfThePages.ALL.stream().filter(fault -> !fault.id().equals("W1")).forEach(all::add);
        return all;
    }

    @Override
    protected List<Unseeded> unseeded() {
        return List.of(
                new Unseeded("A8", "losers never share a page: the page lock is held to the end, and undo puts back bytes where they were; so the order between losers decides nothing"),
                new Unseeded("A7, A10", "no index pages, no prepared transactions"),
                new Unseeded("G4", "put in by hand (a block's checksum leaves out its header), RedoDamageTest.everyHeaderBit catches it, which turns over each bit of each header; the kit does not: most such bits are refused all the same, or do no harm, but an epoch's own block that names another epoch makes the log end there without a word, and no check of the kit came upon that, not even where each byte is tried of what is written first after a crash"),
                new Unseeded("L1 the other way", "redo that repeats the mini-transaction whose end is the page's LSN changes nothing: it puts bytes in places, so the last one done again makes the same page; not tried"));
    }
}
