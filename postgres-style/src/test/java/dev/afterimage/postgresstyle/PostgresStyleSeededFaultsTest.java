package dev.afterimage.postgresstyle;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.DisplayName;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.faults.EverySeededFaultIsCaught;
import dev.afterimage.spitests.faults.FaultsOfTheLog;
import dev.afterimage.spitests.faults.FaultsOfThePages;
import dev.afterimage.spitests.faults.Hunt;
import dev.afterimage.spitests.faults.SeededFault;
import dev.afterimage.spitests.faults.Unseeded;

@DisplayName("postgres-style with a seeded fault")
class PostgresStyleSeededFaultsTest extends EverySeededFaultIsCaught {
    private static final String MODULE = "postgres-style";
    private static final String TRANSACTION = "dev.afterimage.postgresstyle.PostgresStyleTransaction";
    private static final String OPEN_STORE = "dev.afterimage.postgresstyle.OpenStore";
    private static final String CHECKPOINTER = "dev.afterimage.postgresstyle.Checkpointer";
    private static final String COMMITS = "dev.afterimage.postgresstyle.CommitProcess";
    private static final String REDO = "dev.afterimage.postgresstyle.RedoShare";
    private static final String INSTALLATION = "dev.afterimage.postgresstyle.PageInstallation";
    private static final String OVERWRITTEN = "dev.afterimage.postgresstyle.OverwrittenPages";

    private static final List<SeededFault> OWN = List.of(
            SeededFault.of("A4", "rolling back to a savepoint keeps what came after it")
                    .in(MODULE, TRANSACTION, "writes().pages.rollbackTo(mark);", "")
                    .caughtBy("S1 A3", Hunt.played("savepoint-then-commit")),
            SeededFault.of("L2", "redo does not stamp the page's LSN")
                    .in(MODULE, REDO, "RangesRecord.apply(body, page); PageHeader.setPageLsn(page, commitLsn);", "RangesRecord.apply(body, page);")
                    .caughtBy("A2 A3 D1", Hunt.scenario("written-row")),
            SeededFault.of("L3", "redo begins where the checkpoint ended, not where it began")
                    .in(MODULE, CHECKPOINTER, "log.start().timeline(), newRedoPoint, witness,", "log.start().timeline(), log.endLsn(), witness,")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("background-amid-checkpoint")),
            SeededFault.of("C1", "the control file points past pages that are not durable")
                    .in(MODULE, CHECKPOINTER, "syncHomes(); long witness", "long witness")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            SeededFault.of("C3", "the old log is recycled before the control file that no longer needs it is durable")
                    .in(MODULE, CHECKPOINTER, "long witness = appendRecord(newRedoPoint, highestTransactionId);", "long witness = appendRecord(newRedoPoint, highestTransactionId); log.recycleBefore(newRedoPoint);")
                    .caughtBy("A1 A2 A3 D1 D2 W1", Hunt.scenario("much-log")),
            SeededFault.of("C4", "a checkpoint syncs the homes before it writes the pages that are dirty")
                    .in(MODULE, CHECKPOINTER, "long pages = pool.writeBackAll(homeSpace, pacing(pace, start, newRedoPoint)); syncHomes();",
                            "syncHomes(); long pages = pool.writeBackAll(homeSpace, pacing(pace, start, newRedoPoint));")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            SeededFault.of("C5", "a checkpoint writes all dirty pages but the last two")
                    .in(MODULE, CHECKPOINTER, "pool.writeBackAll(homeSpace, pacing(pace, start, newRedoPoint));", "pool.writeBackAll(homeSpace, left -> left > 2);")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            SeededFault.of("W3", "a page is put in place with the LSN that it had before")
                    .in(MODULE, INSTALLATION, "PageHeader.setPageLsn(page, commitLsn);", "")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-relaxed"), Hunt.scenario("checkpoint-after-commit")),
            SeededFault.of("W4", "a commit is answered before its log is synced")
                    .in(MODULE, OPEN_STORE, "case POWER_SAFE -> log.force(commitLsn);", "case POWER_SAFE -> log.write(commitLsn);")
                    .caughtBy("A2 D1", Hunt.scenario("first-commit")),
            SeededFault.of("F4", "a commit whose sync failed is reported as rolled back, and the store goes on")
                    .in("wal", "dev.afterimage.wal.LogFailure", "if (first.compareAndSet(null, cause)) { events.failed(cause); }", "")
                    .in(MODULE, TRANSACTION, "release(writes); return this;", """
                            try {
                                store.log().force(awaitedLsn);
                            } catch (dev.afterimage.api.StoreFailedException aborted) {
                                throw new dev.afterimage.spi.storage.DiskFullException("the log could not be synced: rolled back");
                            }
                            release(writes);
                            return this;""")
                    .caughtBy("F1 A1 A2 A3 D1", Hunt.failedSyncs()),
            SeededFault.of("P1", "a page's image is logged once per opening, not once per checkpoint")
                    .in(MODULE, COMMITS, "long point = redoPoint.lsn();", "long point = log.start().lsn();")
                    .caughtBy("A2 T1", Hunt.scenario("checkpoint-after-commit")),
            SeededFault.of("P4", "redo believes a torn page because the LSN in its head is new")
                    .in("buffer", "dev.afterimage.buffer.HomePages", "fill(number, copy); if (isWhole(number, copy)) { page.put(0, copy); return true; }", "fill(number, copy); page.put(0, copy); if (copy != null) { return true; }")
                    .in(MODULE, REDO, "boolean torn = PageHeader.pageLsn(page) == HomeSpace.TORN;", "boolean torn = PageHeader.pageLsn(page) == HomeSpace.TORN; if (PageHeader.pageLsn(page) >= record.note()) { return false; }")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("checkpoint-after-commit")),
            SeededFault.of("S5", "the slot of a version that a snapshot still reads is given to the next writer")
                    .in(MODULE, OVERWRITTEN, "register(KeptVersion.in(slot, pageId, PageHeader.pageLsn(home.page()), commitLsn));",
                            "register(KeptVersion.in(slot, pageId, PageHeader.pageLsn(home.page()), commitLsn)); slots.give(slot);")
                    .caughtBy("V1", Hunt.played("snapshot-of-pages-that-go")),
            SeededFault.of("E1", "a reader of a commit that is not durable is answered at once")
                    .in(MODULE, TRANSACTION, "writes.pages.isEmpty() ? store.commits().lastCommitLsn() :", "writes.pages.isEmpty() ? 0 :")
                    .caughtBy("D3", Hunt.scenario("reader-after-relaxed")));

    @Override
    protected Class<? extends RecoveryStrategyProvider> provider() {
        return PostgresStyleProvider.class;
    }

    @Override
    protected List<SeededFault> faults() {
        List<SeededFault> all = new ArrayList<>(OWN);
        FaultsOfTheLog.ALL.stream().filter(fault -> !Set.of("G4", "G5").contains(fault.id())).forEach(all::add);
        all.addAll(FaultsOfThePages.ALL);
        return all;
    }

    @Override
    protected List<Unseeded> unseeded() {
        return List.of(
                new Unseeded("A1, A2, A6, A8, F7", "there is no undo: nothing of an unfinished transaction is in the log or at home"),
                new Unseeded("L1", "redo of every page begins with a whole page, which is always applied; a page at home that holds a change already is met only when that change committed in the very moment of a checkpoint"),
                new Unseeded("G4, G5", "put in, they show in nothing that the kit finds: a commit record says how many records its transaction has and where the first lies, and a change names the version that it builds on, so a record with another's head, or in another's place, is refused all the same"),
                new Unseeded("P3", "the image is of a private page, which nobody but the transaction that commits can change"));
    }
}
