package dev.afterimage.spitests.faults;

import static dev.afterimage.spitests.faults.CataloguedFault.of;

import java.util.List;
import java.util.stream.Stream;

/**
 * Every fault of the fault model, by its letter and number; numbers that are missing here are missing there. What is expressible has to be a seeded fault of a real strategy or the vice of a specimen: a test of the kit sees to that.
 */
public final class FaultCatalogue {
    private static final List<CataloguedFault> LOG_AND_ERRORS = List.of(
            of("W1", "a page goes home before the log that explains it"),
            of("W2", "the log is flushed up to where a record begins, not where it ends"),
            of("W3", "a page's LSN does not speak of bytes that it holds"),
            of("W4", "a commit is answered before its sync"),
            of("W6", "a log segment is left before it is synced"),
            of("W7", "a new log segment is used before its name is durable"),
            of("F1", "a failed sync is swallowed"),
            of("F2", "a failed sync is tried again until it works"),
            of("F3", "a checkpoint goes on after the sync of the pages failed"),
            of("F4", "a commit whose sync failed is reported as rolled back"),
            of("F5", "commits are taken and answered after a failed sync"),
            of("F7", "an error while a rollback is logged is ignored"),
            of("F8", "a read error, or a lack of memory, is taken for the end of the log"),
            of("F10", "a failed sync of names is ignored"),
            of("F11", "an interrupt closes a file's channel in the midst of a commit, and the store goes on")
                    .nowhere("a strategy sees no channel, and the simulated disk has none; what interrupts do to files is the storage module's, and its InterruptTest tries it on a real file system; rule F3 tries the rest"));

    private static final List<CataloguedFault> PAGES = List.of(
            of("P1", "a page's image is logged once per opening, not once per checkpoint"),
            of("P3", "a page's image is taken while the page is being changed"),
            of("P4", "redo believes a torn page because its head is new"),
            of("P5", "a page's checksum is not looked at"),
            of("P6", "a page's checksum is computed before its LSN is stamped"),
            of("P8", "a new page whose length survived, and whose bytes did not, is refused"),
            of("P9", "a page's checksum leaves out the page's number"),
            of("D1", "no sync between the copies of pages and their homes"),
            of("D2", "copies are overwritten before their homes are durable"),
            of("D4", "a torn copy is restored"),
            of("D5", "what was restored is not durable before its copies are gone"));

    private static final List<CataloguedFault> UNDO_AND_REDO = List.of(
            of("A1", "what is to be undone next is wrong in a CLR"),
            of("A2", "restart undoes without logging it"),
            of("A4", "what was rolled back to a savepoint is redone as a winner's"),
            of("A6", "a rollback leaves no end in the log, and is done again"),
            of("A7", "a page split is undone page by page, under another's insertion")
                    .nowhere("there are no index pages: whoever changes a page has its lock to the end"),
            of("A8", "losers are undone one after the other, not in the order of the log")
                    .nowhere("losers never share a page, and undo puts back bytes where they were, so the order between losers decides nothing"),
            of("A10", "a prepared transaction is rolled back")
                    .nowhere("the interface has no two-phase commit"),
            of("A11", "the pages of what is rolled back after opening are not locked"),
            of("L1", "redo repeats what a page holds already"),
            of("L2", "redo does not stamp the page's LSN"),
            of("L3", "redo begins too late"),
            of("L5", "positions of a new log lie below LSNs of old pages"),
            of("L6", "a page that is newer than the log is accepted"));

    private static final List<CataloguedFault> CHECKPOINTS = List.of(
            of("C1", "the control block points past pages that are not durable"),
            of("C2", "the control block is one copy of several sectors, overwritten in place"),
            of("C3", "something is given up before the pointer that no longer needs it is durable"),
            of("C4", "a page that is dirtied and goes home during a checkpoint is left out of it"),
            of("C5", "one part of the pages is checkpointed, and all of the log given up"),
            of("C6", "what is committed while a checkpoint takes stock is neither in it nor in what it leaves of the log"),
            of("C7", "the store is marked as closed in good order before its last sync"));

    private static final List<CataloguedFault> LOG_FORMAT = List.of(
            of("G1", "what is left of an earlier use of the log is taken for new records"),
            of("G2", "what survived behind a torn tail rises again"),
            of("G3", "a length is followed before its checksum is looked at"),
            of("G4", "a record's checksum leaves out its header"),
            of("G5", "a record's checksum is not bound to its place"),
            of("G6", "damage in the midst of the log is taken for its end"),
            of("G7", "a torn tail with something behind it is refused"),
            of("G8", "a tail that was cut off blocks what is written later"),
            of("G9", "a log that goes round runs over what is still needed"),
            of("G10", "zeros are taken for a record"),
            of("G11", "a log file whose head is torn is refused")
                    .nowhere("a segment's head is durable before the segment gets its name, and the head of a log that goes round is an alternating block: see C2"),
            of("G12", "a segment is archived unfinished")
                    .nowhere("there is no archive of the log"));

    private static final List<CataloguedFault> TREES_AND_FILES = List.of(
            of("S1", "the root is written before what it leads to is durable"),
            of("S2", "the new root is written over the newest one"),
            of("S3", "the newest root is taken without a look at its checksum"),
            of("S5", "a slot is used again under a reader"),
            of("S6", "what is free and what the root reaches are at odds after a crash"),
            of("S7", "a root speaks of a length of the file that is not durable"),
            of("S8", "the repair of a root, cut short, takes the good one along")
                    .nowhere("put in, it changes no crash state: a root's copy is one sector, and is repaired with the bytes that the good copy has; a sector written with its own bytes cannot be torn"),
            of("S9", "slots that nobody needs are never found again"),
            of("S10", "when the newest root rots, the one before is taken without a word"),
            of("E1", "a reader of a commit that is not durable is answered first"),
            of("E3", "a commit is seen by others, and then refused"),
            of("M1", "a file is removed before the commit that drops it")
                    .nowhere("pages lie in one file; transactions make and drop none"),
            of("M2", "a file that a transaction made is leaked")
                    .nowhere("as M1; that logs do not pile up is rule L2"),
            of("R1", "what recovery redid counts as durable while it is not"),
            of("R3", "a crash in the midst of the first opening stops the second"),
            of("R4", "two have the store open, or a lock that was left behind stops the next")
                    .nowhere("the lock is the engine's and the disk's, no strategy sees it; rule F4 tries both, and FileDiskLockTest on a real file system"),
            of("R5", "recovery to a point in time goes one commit too far").nowhere("there is no recovery to a point in time"),
            of("R6", "log of an abandoned timeline is replayed").nowhere("as R5; a log that another opening cut off is G2"),
            of("R7", "a backup taken under way has torn pages").nowhere("there is no backup of an open store"),
            of("R8", "records of a file that was dropped stop recovery").nowhere("as M1; pages that come and go are in every workload"));

    /** All of them. */
    public static final List<CataloguedFault> ALL = Stream.of(LOG_AND_ERRORS, PAGES, UNDO_AND_REDO, CHECKPOINTS, LOG_FORMAT, TREES_AND_FILES).flatMap(List::stream).toList();

    private FaultCatalogue() {
    }
}
