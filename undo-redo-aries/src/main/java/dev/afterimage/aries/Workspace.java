package dev.afterimage.aries;

import java.util.ArrayDeque;
import java.util.Arrays;

/** What one transaction needs of memory, and the next one after it. */
final class Workspace {
    /** A place to read back from is remembered about every so many bytes of log. */
    static final long WAYPOINT_BYTES = 256 << 10;

    final UndoTail tail = new UndoTail();
    final UpdateRecord update = new UpdateRecord();
    final TransactionRecord commit = new TransactionRecord(RecordTypes.COMMIT, 0, 0);
    final CompensationRecord compensation = new CompensationRecord();
    private final ArrayDeque<FrameAccess> spareAccesses = new ArrayDeque<>();
    private long[] waypoints = new long[4];
    private int waypointCount;

    FrameAccess takeAccess() {
        FrameAccess access = spareAccesses.pollLast();
        return access == null ? new FrameAccess(this) : access;
    }

    void giveAccess(FrameAccess access) {
        spareAccesses.addLast(access);
    }

    /** A record of the transaction lies there: remembered now and then, so that reading back never reads much that is not needed. */
    void noteRecord(long lsn) {
        if (waypointCount == 0 || lsn - waypoints[waypointCount - 1] >= WAYPOINT_BYTES) {
            if (waypointCount == waypoints.length) {
                waypoints = Arrays.copyOf(waypoints, 2 * waypointCount);
            }
            waypoints[waypointCount++] = lsn;
        }
    }

    /** The last remembered record at or before a record of the transaction. */
    long waypointFor(long lsn) {
        int at = Arrays.binarySearch(waypoints, 0, waypointCount, lsn);
        return waypoints[at >= 0 ? at : -at - 2];
    }

    void clear() {
        tail.clear();
        waypointCount = 0;
        if (waypoints.length > 1024) {
            waypoints = new long[4];
        }
    }
}
