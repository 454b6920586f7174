package dev.afterimage.spitests.check;

import java.util.Locale;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import dev.afterimage.spitests.containment.Containment;
import dev.afterimage.spitests.play.Mix;
import dev.afterimage.spitests.play.RandomWorkload;
import dev.afterimage.spitests.play.StoreUnderTest;

/** The checks that are more than a scenario and its crashes; each is replayed whole, by its title. */
public enum RuleCheck {
    /** T1: damage to a store at rest. */
    ROT_AT_REST((subject, tally) -> new Rot(subject, tally, RuleCheck.CASES_MAX).atRest()),
    /** T1: damage to a sector that is all there is in its block. */
    ROT_ALONE_IN_ITS_BLOCK((subject, tally) -> new Rot(subject, tally, RuleCheck.CASES_MAX).aloneInItsBlock()),
    /** T2: damage to what was synced before a power loss. */
    ROT_IN_WHAT_WAS_SYNCED((subject, tally) -> new Rot(subject, tally, RuleCheck.CASES_MAX).inWhatWasSynced()),
    /** T2: each byte of a few sectors that were synced. */
    ROT_IN_EACH_BYTE((subject, tally) -> new Rot(subject, tally, RuleCheck.CASES_MAX).inEachByte()),
    /** T2: what the last commit alone wrote, as far as that can be told. */
    ROT_IN_THE_TAIL((subject, tally) -> new TailRot(subject, tally).measure()),
    /** T2: writes that went to the place of the next. */
    MISDIRECTED_WRITES((subject, tally) -> new MixedUp(subject, tally).misdirectedWrites()),
    /** T2: files of copies made at different times. */
    ONE_FILE_OF_A_LATER_COPY((subject, tally) -> new MixedUp(subject, tally).oneFileOfALaterCopy()),
    /** T2: read errors in recovery. */
    READ_ERRORS_IN_RECOVERY((subject, tally) -> new FailingRecovery(subject, tally).readErrors()),
    /** T2: no memory in recovery. */
    NO_MEMORY_IN_RECOVERY((subject, tally) -> new FailingRecovery(subject, tally).noMemory()),
    /** T2: reads that fail for good in recovery. */
    READ_ERRORS_FOR_GOOD_IN_RECOVERY((subject, tally) -> new FailingRecovery(subject, tally).readErrorsForGood()),
    /** T2: sectors that cannot be read. */
    BAD_SECTORS((subject, tally) -> new FailingRecovery(subject, tally).badSectors()),
    /** F1: write errors in recovery. */
    WRITE_ERRORS_IN_RECOVERY((subject, tally) -> new FailingRecovery(subject, tally).writeErrors()),
    /** F1: failed syncs in recovery. */
    FAILED_SYNCS_IN_RECOVERY((subject, tally) -> new FailingRecovery(subject, tally).failedSyncs()),
    /** T1: phantom and misdirected writes, measured. */
    STRAY_WRITES((subject, tally) -> new StrayWrites(subject, tally).measure()),
    /** N1: one workload, with two clocks. */
    CLOCK_DECIDES_NOTHING((subject, tally) -> new Openings(subject, tally).withTwoClocks(3)),
    /** F4: two openers. */
    SECOND_OPENER((subject, tally) -> new Openings(subject, tally).second()),
    /** F4: a killed opener. */
    KILLED_OPENER((subject, tally) -> new Openings(subject, tally).afterKilled()),
    /** N1: one workload, twice. */
    SAME_CALLS_TWICE((subject, tally) -> {
        new Openings(subject, tally).twice(3);
        new Openings(subject, tally).twice(4);
    }),
    /** N1: processes that are killed while they work in a folder. */
    KILLED_PROCESSES((subject, tally) -> {
        tally.oneCase();
        tally.figures(Containment.ofStore(subject, new RandomWorkload(Mix.MIXED, 5), RuleCheck.PROCESSES_KILLED, 5).toString());
    }),
    /** N1: several threads, twice with the same turns. */
    SAME_TURNS_TWICE((subject, tally) -> new Openings(subject, tally).sameTurnsTwice(3)),
    /** P1: unfinished bytes in homes. */
    STEAL_AS_DECLARED((subject, tally) -> new Promises(subject, tally).steal()),
    /** P1: redo after a forced commit. */
    FORCE_AS_DECLARED((subject, tally) -> new Promises(subject, tally).force()),
    /** P1: something to undo. */
    UNDO_AS_DECLARED((subject, tally) -> new TraitsSeen(subject, tally).undo()),
    /** P1: bytes left of a page. */
    PAGE_HEADER_AS_DECLARED((subject, tally) -> new TraitsSeen(subject, tally).pageHeader()),
    /** P1: copies before pages are overwritten. */
    TORN_PAGE_PROTECTION_AS_DECLARED((subject, tally) -> new TraitsSeen(subject, tally).tornPageProtection()),
    /** P1: snapshots, declared or refused. */
    SNAPSHOTS_AS_DECLARED((subject, tally) -> new OptionalTraits(subject, tally).snapshots()),
    /** P1: rollback after opening, declared or not there. */
    LATE_ROLLBACK_AS_DECLARED((subject, tally) -> new OptionalTraits(subject, tally).lateRollback()),
    /** V3: snapshots that come and go. */
    SNAPSHOTS_GIVE_BACK((subject, tally) -> new OptionalTraits(subject, tally).givenBack()),
    /** R1: reports and progress. */
    REPORTS((subject, tally) -> new Promises(subject, tally).reports()),
    /** L1: transactions of 20,000 pages. */
    HUGE_TRANSACTION((subject, tally) -> new HugeTransaction(subject, tally).survive()),
    /** L2: a hundred crash cycles. */
    CRASH_CYCLES((subject, tally) -> new CrashCycles(subject, tally).live()),
    /** L2: what restarts that are cut short leave. */
    INTERRUPTED_RESTARTS((subject, tally) -> new InterruptedRestarts(subject, tally).leaveNoMoreThanOne()),
    /** F2: restarts that are cut short on a full disk. */
    INTERRUPTED_RESTARTS_ON_FULL_DISK((subject, tally) -> new InterruptedRestarts(subject, tally).findRoomOnFullDisk());

    private static final int CASES_MAX = 300;
    private static final int PROCESSES_KILLED = 3;
    private static final String PREFIX = "check-";

    private final BiConsumer<StoreUnderTest, Tally> body;

    RuleCheck(BiConsumer<StoreUnderTest, Tally> body) {
        this.body = body;
    }

    /** What it is called in replay lines. */
    public String title() {
        return PREFIX + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one of that title, or null. */
    public static @Nullable RuleCheck named(String title) {
        for (RuleCheck check : values()) {
            if (check.title().equals(title)) {
                return check;
            }
        }
        return null;
    }

    void run(StoreUnderTest subject, Tally tally) {
        body.accept(subject, tally);
    }
}
