package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import org.jspecify.annotations.Nullable;

/**
 * Where segments come from and go to: spares, new files, recycling.
 *
 * <p>What holds at every moment, and so in every crash state:
 * <ol>
 *   <li>A file that durably has a segment's name has its full length and the header of that name: length and header are synced while it is still a spare.
 *   <li>No header is rewritten before the file's name as a spare is durable: otherwise a lost rename would put the new header under the old name.
 *   <li>No record is written to a segment before its name is durable.
 *   <li>While transactions run, one spare is kept back for the next opening. Where an opening on a full disk had to take it, the first room there is goes
 *       into replacing it.
 * </ol>
 *
 * <p>Safe for many threads: one lock, held across input and output, which no appender takes but the one that crosses into a new segment.
 */
final class SegmentSupply {
    /** Spares that are not for running transactions. */
    private static final int RESERVE = 1;
    private static final int ZEROS_BYTES = 256 << 10;
    /** A new file is filled and synced in steps of this: commits sync beside it, and wait for what the disk has been given before. */
    private static final int STEP_BYTES = 1 << 20;

    private final Disk disk;
    private final LogPositions positions;
    private final long storeId;
    private final Timeline timeline;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> spares = new ArrayDeque<>();
    private final Queue<SegmentName> old = new PriorityQueue<>(Comparator.comparingLong(SegmentName::number));
    private int nextSpare;
    private long current = -1;
    private long prepared = -1;
    private int taken;
    private volatile int free;
    private volatile long created;
    private volatile long recycled;
    private volatile long syncs;
    private volatile long bytesWritten;

    SegmentSupply(Disk disk, LogPositions positions, long storeId, Timeline timeline) {
        this.disk = disk;
        this.positions = positions;
        this.storeId = storeId;
        this.timeline = timeline;
    }

    /**
     * Takes over what earlier openings left: whatever lies beyond the end becomes a spare, the rest can be recycled later. All names are durable when it returns, so
     * a timeline created afterwards is the only one that continues its parent.
     *
     * <p>Where the timeline is not new, but goes on, a segment of it beyond the end may come to have its old number again: its records are made zeros, durably, while it still has its
     * name, for neither position nor salt would tell that they are stale.
     *
     * @param end first segment number that the timeline may use
     */
    void adopt(LogEnd after, long end) {
        List<String> names = disk.list();
        for (String name : names) {
            nextSpare = Math.max(nextSpare, SegmentName.spareIndex(name) + 1);
        }
        for (String file : names) {
            SegmentName name = SegmentName.parse(file);
            if (name != null && (name.timeline() > after.timeline() || name.number() >= end)) {
                if (name.timeline() == timeline.number()) {
                    makeEmpty(name);
                }
                spares.add(renameToSpare(name));
            } else if (name != null) {
                old.add(name);
            } else if (SegmentName.spareIndex(file) >= 0) {
                spares.add(file);
            }
        }
        syncNames();
        spares.removeIf(spare -> !isUsable(spare));
    }

    /** The first segment of the timeline, from a spare that must be there. */
    LogSegment first(long number) {
        assign(number);
        return open(number);
    }

    /** Goes on in a segment of an earlier opening, which is then no longer there to be recycled. */
    LogSegment resume(SegmentName name) {
        old.remove(name);
        return open(name.number());
    }

    /**
     * Sees to it that there are so many spares.
     *
     * @throws DiskFullException if there is no room
     */
    void keepSpares(int count) {
        while (spares.size() < count) {
            spares.add(createSpare());
        }
    }

    /** The same; false if there is no room. */
    boolean tryKeepSpares(int count) {
        try {
            keepSpares(count);
            return true;
        } catch (DiskFullException full) {
            return false; // the caller knows how to do without
        } finally {
            count();
        }
    }

    /**
     * Opens the segment after the current one, which is left behind. The old one's handle stays its user's.
     *
     * @param promised segments that have to be left over besides
     * @throws DiskFullException if there is no room but the spare that is kept back; nothing has changed then
     */
    LogSegment next(int promised) {
        return next(promised, false);
    }

    /**
     * The same for one who will free segments soon: where there is no room, the spare that is kept back is taken.
     *
     * @throws DiskFullException if that one is gone already; nothing has changed then
     */
    LogSegment nextEvenTheLast() {
        return next(0, true);
    }

    private LogSegment next(int promised, boolean evenTheLast) {
        lock.lock();
        try {
            SegmentName left = new SegmentName(timeline.number(), current);
            if (prepared == current + 1) {
                if (!evenTheLast) {
                    keepSpares(RESERVE + promised);
                }
            } else if (evenTheLast && !tryKeepSpares(RESERVE + 1)) {
                keepSpares(1);
                assign(current + 1);
            } else {
                takeAnother(current + 1, promised);
            }
            LogSegment segment = open(current + 1);
            old.add(left);
            return segment;
        } finally {
            count();
            lock.unlock();
        }
    }

    /**
     * Gets the segment after {@code number} ready, if that is still the current one. In a crash it is one past the end, without a record, and becomes a spare.
     *
     * @param promised segments that have to be left over besides
     * @param ahead how many had better be, so that whoever goes over need not make any; where there is no room, it does without
     * @throws DiskFullException if there is no room but the spare that is kept back
     */
    void prepareAfter(long number, int promised, int ahead) {
        lock.lock();
        try {
            if (number == current && prepared != current + 1) {
                takeAnother(current + 1, promised);
                tryKeepSpares(RESERVE + ahead);
            }
        } finally {
            count();
            lock.unlock();
        }
    }

    /** Segments ready for use, the one that is kept back not counted; negative where even that has been taken. */
    int free() {
        return free - RESERVE;
    }

    /**
     * Sees to it that {@link #free()} is at least so much.
     *
     * @throws DiskFullException if there is no room
     */
    void keepFree(int segments) {
        lock.lock();
        try {
            keepSpares(RESERVE + segments - (prepared == current + 1 ? 1 : 0));
        } finally {
            count();
            lock.unlock();
        }
    }

    private void count() {
        free = spares.size() + (prepared == current + 1 ? 1 : 0);
    }

    /** Frees the segments that lie wholly before {@code lsn}, keeping so many as are promised, as spares as far as the log may soon need them; durable when it returns. */
    void recycleBefore(long lsn, int promised) {
        lock.lock();
        try {
            Deque<String> freed = new ArrayDeque<>();
            int keep = Math.max(RESERVE + 1, Math.max(taken, promised) + RESERVE);
            boolean changed = false;
            for (SegmentName name = old.peek(); name != null && positions.start(name.number() + 1) <= lsn; name = old.peek()) {
                if (spares.size() + freed.size() < keep) {
                    freed.add(renameToSpare(name));
                } else {
                    disk.delete(name.toString());
                }
                old.remove();
                recycled = recycled + 1;
                changed = true;
            }
            while (changed && spares.size() + freed.size() > keep && !spares.isEmpty()) {
                disk.delete(spares.removeLast());
            }
            if (changed) {
                syncNames();
                spares.addAll(freed);
                taken = 0;
            }
        } finally {
            count();
            lock.unlock();
        }
    }

    long created() {
        return created;
    }

    long recycled() {
        return recycled;
    }

    long syncs() {
        return syncs;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    private LogSegment open(long number) {
        DiskFile file = disk.open(new SegmentName(timeline.number(), number).toString());
        current = number;
        prepared = -1;
        count();
        return new LogSegment(number, file);
    }

    /** Gives a spare that number, and leaves the one that is kept back alone. */
    private void takeAnother(long number, int promised) {
        keepSpares(RESERVE + promised + 1);
        assign(number);
    }

    /** Header first, synced; then the name, synced. */
    private void assign(long number) {
        String spare = spares.getFirst();
        try (DiskFile file = disk.open(spare)) {
            writeHeader(file, new SegmentHeader(positions.segmentBytes(), storeId, number, timeline));
        }
        disk.rename(spare, new SegmentName(timeline.number(), number).toString());
        spares.removeFirst();
        taken++;
        prepared = number;
        syncNames();
    }

    /** Room first, synced; then the header, synced: so a spare with a header has all its room. */
    private String createSpare() {
        String name = SegmentName.spare(nextSpare++);
        try (DiskFile file = disk.create(name)) {
            for (int bytes = STEP_BYTES; bytes < positions.segmentBytes(); bytes += STEP_BYTES) {
                file.preallocate(bytes);
                file.syncData();
                syncs = syncs + 1;
            }
            file.preallocate(positions.segmentBytes());
            file.sync();
            syncs = syncs + 1;
            writeHeader(file, SegmentHeader.unused(positions.segmentBytes(), storeId));
        } catch (DiskFullException full) {
            if (disk.exists(name)) {
                disk.delete(name);
            }
            throw full;
        }
        syncNames();
        created = created + 1;
        return name;
    }

    /** A spare whose making was cut short is filled again where it has its length, which takes no room, and removed otherwise. */
    private boolean isUsable(String spare) {
        try (DiskFile file = disk.open(spare)) {
            if (file.size() == positions.segmentBytes()) {
                SegmentHeader header = SegmentHeader.readFrom(file);
                if (header == null || header.segmentBytes() != positions.segmentBytes() || header.storeId() != storeId) {
                    fillWithZeros(file, 0);
                    writeHeader(file, SegmentHeader.unused(positions.segmentBytes(), storeId));
                }
                return true;
            }
        } catch (DiskFullException sparse) {
            // its length had survived, its room had not: remove it as well
        }
        disk.delete(spare);
        return false;
    }

    private void makeEmpty(SegmentName name) {
        try (DiskFile file = disk.open(name.toString())) {
            fillWithZeros(file, SegmentHeader.BYTES);
        }
    }

    /** Makes the rest of a file zeros, durably. */
    void fillWithZeros(DiskFile file, int from) {
        ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(ZEROS_BYTES, positions.segmentBytes()));
        for (int at = from; at < positions.segmentBytes(); at += zeros.capacity()) {
            zeros.clear().limit(Math.min(zeros.capacity(), positions.segmentBytes() - at));
            file.write(zeros, at);
        }
        file.sync();
        syncs = syncs + 1;
    }

    private void writeHeader(DiskFile file, SegmentHeader header) {
        header.writeTo(file);
        file.syncData();
        syncs = syncs + 1;
        bytesWritten = bytesWritten + SegmentHeader.SECTOR;
    }

    private String renameToSpare(SegmentName name) {
        String spare = SegmentName.spare(nextSpare++);
        disk.rename(name.toString(), spare);
        return spare;
    }

    private void syncNames() {
        disk.syncNames();
        syncs = syncs + 1;
    }
}
