package dev.afterimage.spitests.faults;

import java.util.List;

/** Faults of module {@code wal}, for every strategy that stands on it. */
public final class FaultsOfTheLog {
    private static final String LOG = "dev.afterimage.wal.WriteAheadLog";
    private static final String READER = "dev.afterimage.wal.LogReader";
    private static final String FORMAT = "dev.afterimage.wal.RecordFormat";
    private static final String SUPPLY = "dev.afterimage.wal.SegmentSupply";
    private static final String OPENING = "dev.afterimage.wal.LogOpening";
    private static final String FAILURE = "dev.afterimage.wal.LogFailure";

    /** All of them. */
    public static final List<SeededFault> ALL = List.of(
            SeededFault.of("W2", "the log is forced up to where a record begins, not where it ends")
                    .in("wal", LOG, "return Math.min(lsn + 1, end);", "return Math.min(lsn, end);")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("commit-after-flush"), Hunt.scenario("checkpoint-amid-work")),
            SeededFault.of("W6", "a log segment is left before it is synced")
                    .in("wal", LOG, "syncUpTo(begin, left);", "syncedLsn = begin;")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("much-log")),
            SeededFault.of("W7", "a new log segment is written to before its name is durable")
                    .in("wal", SUPPLY, "prepared = number; syncNames();", "prepared = number;")
                    .caughtBy("A1 A2 A3 D1 D2 T1", Hunt.scenario("much-log")),

            SeededFault.of("F1", "a failed sync of the log is swallowed")
                    .in("wal", LOG, "failure.orFail(target.file()::syncData);", "try { target.file().syncData(); } catch (DiskException swallowed) { }")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            SeededFault.of("F2", "a failed sync of the log is tried again until it works")
                    .in("wal", LOG, "failure.orFail(target.file()::syncData);", """
                            for (boolean synced = false; !synced;) {
                                try {
                                    target.file().syncData();
                                    synced = true;
                                } catch (DiskException again) {
                                }
                            }""")
                    .caughtBy("F1 D1", Hunt.failedSyncs()),
            SeededFault.of("F5", "after a failed sync of the log, later commits are taken and answered")
                    .in("wal", FAILURE, "if (first.compareAndSet(null, cause)) { events.failed(cause); }", "")
                    .caughtBy("F1 D1 A2 T1", Hunt.failedSyncs()),
            SeededFault.of("F8", "a read error or a lack of memory is taken for the end of the log")
                    .in("wal", READER, "if (!readRecord()) {", """
                            boolean there;
                            try {
                                there = readRecord();
                            } catch (DiskException | OutOfMemoryError takenForTheEnd) {
                                end = new LogEnd(timeline(), position, 0);
                                settled = true;
                                return false;
                            }
                            if (!there) {""")
                    .caughtBy("T2", Hunt.check("check-read-errors-in-recovery"), Hunt.check("check-no-memory-in-recovery")),
            SeededFault.of("F10", "a failed sync of names is swallowed when a log segment is made")
                    .in("wal", SUPPLY, "disk.syncNames();", "try { disk.syncNames(); } catch (dev.afterimage.spi.storage.DiskException swallowed) { }")
                    .caughtBy("F1 D1 A2", Hunt.failedSyncs()),

            SeededFault.of("G1", "what is left in a recycled log segment is taken for new records")
                    .in("wal", FORMAT, "return mix(salt + lsn * ODD);", "return mix((lsn & (1 << 18) - 1) * ODD);")
                    .caughtBy("A1 A2 A3 D1 D2 T1 T2", Hunt.random("checkpoints")),
            SeededFault.of("G2", "recovery goes on writing right behind the last good record, in front of what survived of lost ones")
                    .in("wal", OPENING, "} else if (!supply.tryKeepSpares(1)) {", "} else {")
                    .in("wal", OPENING, "supply.fillWithZeros(opening.segment.file(), positions.offset(after.lsn()));", "")
                    .caughtBy("A1 A2 A3 D1 D2", Hunt.scenario("written-row")),
            SeededFault.of("G3", "a record's length is followed before its checksum is looked at")
                    .in("wal", FORMAT, "return markAt(bytes, offset) == mark(binding) && length >= HEADER_BYTES && length <= room;", "return length != 0;")
                    .caughtBy("A2", Hunt.random("mixed"), Hunt.random("checkpoints"), Hunt.random("laps")),
            SeededFault.of("G4", "a record's checksum leaves out its header")
                    .in("wal", FORMAT, "bytes.limit(offset + recordBytes).position(offset + LENGTH);", "bytes.limit(offset + recordBytes).position(offset + HEADER_BYTES);")
                    .caughtBy("T2", Hunt.check("check-rot-in-what-was-synced"), Hunt.check("check-rot-in-each-byte")),
            SeededFault.of("G5", "a record's checksum is not bound to the record's place")
                    .in("wal", FORMAT, "return mix(salt + lsn * ODD);", "return mix(salt);")
                    .caughtBy("T2", Hunt.check("check-misdirected-writes")),
            SeededFault.of("G6", "damage in the midst of the log is taken for its end")
                    .in("wal", READER, "if (search.provenSynced() > positions.recordAt(gap)) { throw damaged(gap, search.provenSynced(), \"as \" + search.witness() + \" proves\"); }", "")
                    .caughtBy("T2", Hunt.check("check-rot-in-what-was-synced")),
            SeededFault.of("G7", "a torn tail with something behind it is refused")
                    .in("wal", READER, "long cut = search.lastTrace() - gap;", "long cut = search.lastTrace() - gap; if (cut > 0) { throw damaged(gap, gap, \"there is more behind it\"); }")
                    .caughtBy("A2", Hunt.scenario("written-row")),
            SeededFault.of("G8", "a tail that is cut off in the midst of a segment blocks the records of the next opening")
                    .in("wal", OPENING, "positions.firstRecord(number), after.timeline(), after.lsn());", "positions.firstRecord(number), after.timeline(), positions.start(number));")
                    .caughtBy("A2", Hunt.scenario("written-row"), Hunt.scenario("close-and-reopen")),
            SeededFault.of("G10", "zeros are taken for a record")
                    .in("wal", FORMAT, "return markAt(bytes, offset) == mark(binding) && length >= HEADER_BYTES && length <= room;",
                            "return markAt(bytes, offset) == mark(binding) && length >= HEADER_BYTES && length <= room || length == 0 && markAt(bytes, offset) == 0;")
                    .in("wal", FORMAT, "int checked = checkedBytes(bytes, offset); if", "int checked = checkedBytes(bytes, offset); if (checked == 0) { return true; } if")
                    .caughtBy("A2", Hunt.scenario("first-commit")),
            SeededFault.of("L5", "the positions of a log that is begun anew start over")
                    .in("wal", OPENING, "long number = positions.segmentFrom(after.lsn());", "long number = 0;")
                    .caughtBy("A2 A3 D1 T1", Hunt.scenario("close-and-reopen"), Hunt.scenario("checkpoint-after-commit")));

    private FaultsOfTheLog() {
    }
}
