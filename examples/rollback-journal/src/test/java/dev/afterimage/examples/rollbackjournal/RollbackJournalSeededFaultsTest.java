package dev.afterimage.examples.rollbackjournal;

import java.util.List;
import java.util.Set;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spitests.faults.EverySeededFaultIsCaught;
import dev.afterimage.spitests.faults.Hunt;
import dev.afterimage.spitests.faults.SeededFault;
import dev.afterimage.spitests.faults.Unseeded;
import org.junit.jupiter.api.DisplayName;

/** Takes one line away at a time, and demands of the kit that it misses the line: a tour of what each of them is for. */
@DisplayName("The rollback journal with a seeded fault")
class RollbackJournalSeededFaultsTest extends EverySeededFaultIsCaught {
    private static final String MODULE = "rollback-journal";
    private static final String PACKAGE = "dev.afterimage.examples.rollbackjournal.";
    private static final String JOURNAL = PACKAGE + "Journal";
    private static final String HOMES = PACKAGE + "HomePages";
    private static final String CACHE = PACKAGE + "PageCache";
    private static final String TRANSACTION = PACKAGE + "JournaledTransaction";
    private static final String RECOVERY = PACKAGE + "HotJournalRecovery";

    private static SeededFault fault(String id, String sentence) {
        return SeededFault.of(id, sentence);
    }

    @Override
    protected Class<? extends RecoveryStrategyProvider> provider() {
        return RollbackJournalProvider.class;
    }

    @Override
    protected Set<String> packagesBeneath() {
        return Set.of();
    }

    @Override
    protected List<SeededFault> faults() {
        return List.of(
                fault("J1", "the count is written before the entries that it counts are durable")
                        .in(MODULE, JOURNAL, "int count = entries; failure.sync(file);", "int count = entries;")
                        .caughtBy("A2 T2", Hunt.scenario("two-pages")),
                fault("J2", "a home is overwritten before the count is durable")
                        .in(MODULE, JOURNAL, "writeHeader(count, true); failure.sync(file);", "writeHeader(count, true);")
                        .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("two-pages")),
                fault("W1", "a home is overwritten without a journal")
                        .in(MODULE, CACHE, "touched.journal.makeDurable(touched.baseEntry);", "")
                        .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("two-pages")),
                fault("C1", "the journal goes cold before the pages are home")
                        .in(MODULE, TRANSACTION, "homes.sync(); mine.invalidate();", "mine.invalidate();")
                        .caughtBy("A1 A2 A3 D1 T1", Hunt.scenario("two-pages")),
                fault("W4", "a commit is answered before the header of the cold journal is durable")
                        .in(MODULE, JOURNAL, "writeCold(); failure.sync(file);", "writeCold();")
                        .caughtBy("A2 D1", Hunt.scenario("first-commit")),
                fault("D5", "recovery makes journals cold before the pages that it put back are durable")
                        .in(MODULE, RECOVERY, "homes.cutAndSync();", "")
                        .caughtBy("A1 A2 A3 D1 T1", Hunt.nested("two-pages")),
                fault("R1", "recovery leaves journals alone which look cold")
                        .in(MODULE, RECOVERY, "for (Journal journal : journals) { journal.invalidateInRecovery();", "for (Journal journal : journals) { if (!journal.isPerhapsHot()) continue; journal.invalidateInRecovery();")
                        .caughtBy("A1 A2 A3 D1", Hunt.killedProcesses()),
                fault("J3", "recovery cuts the file of the homes by a control block that only the operating system has")
                        .in(MODULE, PACKAGE + "RollbackJournalStrategy", "block.rewrite(); block.file().sync();", "block.rewrite();")
                        .caughtBy("A2 T2", Hunt.killedProcesses()),
                fault("J4", "recovery puts pages back from a journal that only the operating system has hot")
                        .in(MODULE, JOURNAL, "writeHeader(durable, true); file.sync();", "writeHeader(durable, true);")
                        .caughtBy("A2 T1", Hunt.killedProcesses()),
                fault("A4", "a page is kept as it was before the transaction, but not as it was at a savepoint")
                        .in(MODULE, TRANSACTION, "} else if (page.newestImage < newestMark) {", "} else if (page.newestImage < -1) {")
                        .caughtBy("S1 A3", Hunt.played("savepoint-then-commit")),
                fault("P5", "the checksum of a home is not looked at")
                        .in(MODULE, HOMES, "&& target.getInt(0) == checksum(target);", ";")
                        .caughtBy("T1", Hunt.check("check-rot-at-rest")),
                fault("P9", "a home is not asked whose it is")
                        .in(MODULE, HOMES, "exists(target) && target.getLong(pageSize - 8) == ~page &&", "exists(target) &&")
                        .caughtBy("T1", Hunt.check("check-rot-at-rest")),
                fault("F1", "a failed sync is swallowed")
                        .in(MODULE, PACKAGE + "StoreFailure", "throw fail(e);", "return;")
                        .caughtBy("F1 D1", Hunt.failedSyncs()),
                fault("F2", "homes are given out without room on the disk")
                        .in(MODULE, HOMES, "file.preallocate(grown * pageSize); } catch (DiskFullException e)", "file.size(); } catch (DiskFullException e)")
                        .caughtBy("F2 A2 A3", Hunt.fullDisks()));
    }

    @Override
    protected List<Unseeded> unseeded() {
        return List.of(
                new Unseeded("G1 to G11, L1 to L5, C2 to C6", "there is no log, no checkpoint and no page LSN"),
                new Unseeded("L6", "the kit demands of strategies with a log only that a page of a later copy is noticed; here a test of its own does"),
                new Unseeded("D1 to D4", "there is no doublewrite buffer"));
    }

    /** That page is about the strategies that come with the kit. */
    @Override
    public void thePageIsCurrent() {
    }

    /** It keeps its results on that page. */
    @Override
    public void mostAreCaughtAtRandom() {
    }
}
