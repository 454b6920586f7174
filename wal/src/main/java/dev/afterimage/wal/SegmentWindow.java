package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/** A window of memory over one segment file at a time; it slides forward in large reads and grows only for records that ask for it. */
final class SegmentWindow implements AutoCloseable {
    private static final int CHUNK_BYTES = 256 << 10;

    private final Disk disk;
    private final int segmentBytes;
    private ByteBuffer bytes;
    private @Nullable DiskFile file;
    private @Nullable SegmentName name;
    private int from;
    private int filled;

    SegmentWindow(Disk disk, int segmentBytes) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        bytes = ByteBuffer.allocateDirect(Math.min(CHUNK_BYTES, segmentBytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Looks at that segment from now on; keeps what it holds if it already does. */
    void open(SegmentName segment) {
        if (segment.equals(name)) {
            return;
        }
        close();
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
        return offset - from;
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
        if (length > bytes.capacity()) { // a checked mark vouches for such a length; no memory is a failure, not an end
            int capacity = (int) Math.min(segmentBytes, Math.max(length, 2L * bytes.capacity()));
            bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
        filled = 0; // nothing is believed if the read fails
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
