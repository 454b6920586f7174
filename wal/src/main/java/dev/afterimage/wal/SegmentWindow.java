package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/** A window of memory over one segment file at a time; it slides forward in large reads and grows only for records that ask for it. */
final class SegmentWindow implements AutoCloseable {
    private static final int CHUNK_BYTES = 256 << 10;
    /** Longest part of a record that is carried over from one piece read ahead to the next; a longer one is read again. */
    private static final int CARRIED_BYTES = 128 << 10;

    private final Disk disk;
    private final int segmentBytes;
    private ByteBuffer bytes;
    private @Nullable DiskFile file;
    private @Nullable SegmentName name;
    private @Nullable ReadAhead ahead;
    /** What is in memory: bytes of the file from {@code from} on, {@code filled} of them, the first at {@code base} in the buffer. */
    private int from;
    private int filled;
    private int base;

    SegmentWindow(Disk disk, int segmentBytes) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        bytes = ByteBuffer.allocateDirect(Math.min(CHUNK_BYTES, segmentBytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** From now on the next piece is read while this one is looked at, if those tasks run. */
    void readAhead(BackgroundTasks tasks) {
        if (ahead == null) {
            ahead = new ReadAhead(tasks, Math.min(CARRIED_BYTES, segmentBytes), Math.min(CHUNK_BYTES, segmentBytes));
        }
    }

    /** Whether it looks at that segment. */
    boolean looksAt(int timeline, long number) {
        SegmentName open = name;
        return open != null && open.number() == number && open.timeline() == timeline;
    }

    /** Looks at that segment from now on; keeps what it holds if it already does. */
    void open(SegmentName segment) {
        if (segment.equals(name)) {
            return;
        }
        leave();
        DiskFile opened = disk.open(segment.toString());
        file = opened;
        name = segment;
        if (opened.size() != segmentBytes) {
            throw new StoreDamagedException("log segment " + segment + " on " + disk.description() + ": expected " + segmentBytes + " bytes, found "
                    + opened.size() + "; a segment has its full length before it gets its name");
        }
    }

    /** The segment it looks at. */
    SegmentName segment() {
        if (name == null) {
            throw new IllegalStateException("no segment is open");
        }
        return name;
    }

    /**
     * Sees to it that {@code length} bytes of the file, beginning at {@code offset}, are in memory.
     *
     * @return where they are in {@link #bytes()}
     */
    int at(int offset, int length) {
        assert offset >= 0 && offset + length <= segmentBytes;
        if (offset < from || offset + length > from + filled) {
            fill(offset, length);
        }
        return offset - from + base;
    }

    /** The memory; position and limit are anybody's. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** How many bytes from that place of the file on are in memory without another read. */
    int ready(int offset) {
        return offset < from ? 0 : Math.max(0, from + filled - offset);
    }

    /** Writes the bytes of a range back as they were read, and syncs the file. */
    void rewriteAndSync(int offset, int end) {
        DiskFile target = requireFile();
        for (int at = offset; at < end; at += CHUNK_BYTES) {
            int length = Math.min(CHUNK_BYTES, end - at);
            int start = at(at, length);
            bytes.limit(start + length).position(start);
            target.write(bytes, at);
        }
        target.syncData();
    }

    @Override
    public void close() {
        leave();
        ReadAhead reading = ahead;
        ahead = null;
        if (reading != null) {
            reading.close();
        }
    }

    private void leave() {
        if (ahead != null) {
            ahead.forget();
        }
        DiskFile open = file;
        file = null;
        name = null;
        from = 0;
        filled = 0;
        if (open != null) {
            open.close();
        }
    }

    private void fill(int offset, int length) {
        ReadAhead reading = ahead;
        if (reading == null || !moveOn(reading, offset, length)) {
            read(offset, length);
        }
        int next = from + filled;
        if (reading != null && next < segmentBytes) {
            reading.want(requireFile(), next, Math.min(reading.pieceBytes(), segmentBytes - next));
        }
    }

    /** Takes the piece that was read ahead, if it goes on where this one ends and holds what is asked for; the last bytes of this one, where a record begins that ends in the next, move before it. */
    private boolean moveOn(ReadAhead reading, int offset, int length) {
        int end = from + filled;
        if (!reading.take(end)) {
            return false;
        }
        int carried = end - offset;
        if (offset < from || carried < 0 || carried > reading.room() || length > carried + reading.length()) {
            return false;
        }
        ByteBuffer old = bytes.clear();
        int carriedAt = offset - from + base;
        ByteBuffer taken = reading.swap(old).clear();
        taken.put(reading.room() - carried, old, carriedAt, carried);
        bytes = taken;
        from = offset;
        filled = carried + reading.length();
        base = reading.room() - carried;
        return true;
    }

    private void read(int offset, int length) {
        filled = 0; // nothing is believed if the read fails
        base = 0;
        if (length > bytes.capacity()) { // a checked mark vouches for such a length; no memory is a failure, not an end
            int capacity = (int) Math.min(segmentBytes, Math.max(length, 2L * bytes.capacity()));
            bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
        int wanted = Math.min(bytes.capacity(), segmentBytes - offset);
        bytes.limit(wanted).position(0);
        int read = requireFile().read(bytes, offset);
        if (read < wanted) {
            throw new StoreDamagedException("log segment " + name + " on " + disk.description() + ": expected " + segmentBytes
                    + " bytes, found an end at " + (offset + read) + "; a segment has its full length before it gets its name");
        }
        from = offset;
        filled = wanted;
    }

    private DiskFile requireFile() {
        if (file == null) {
            throw new IllegalStateException("no segment is open");
        }
        return file;
    }
}
