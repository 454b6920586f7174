package dev.afterimage.wal;

/**
 * The sizes of a log. The segment size is written into every segment and must be the same at every opening of one store; the buffer may change.
 *
 * @param segmentBytes bytes of a segment file: 256 KiB to 1 GiB, a multiple of 4 KiB
 * @param bufferBytes memory for records that are not yet written, of which the largest power of two in it is used: 64 KiB to 1 GiB, a multiple of 8 KiB
 */
public record LogSettings(int segmentBytes, int bufferBytes) {
    /** Segments of 16 MiB and a buffer of 4 MiB. */
    public static final LogSettings DEFAULT = new LogSettings(16 << 20, 4 << 20);

    /** Checks the ranges. */
    public LogSettings {
        if (segmentBytes < 256 << 10 || segmentBytes > 1 << 30 || segmentBytes % 4096 != 0) {
            throw new IllegalArgumentException("segmentBytes: expected 262144 to 1073741824, a multiple of 4096, found " + segmentBytes);
        }
        if (bufferBytes < 64 << 10 || bufferBytes > 1 << 30 || bufferBytes % 8192 != 0) {
            throw new IllegalArgumentException("bufferBytes: expected 65536 to 1073741824, a multiple of 8192, found " + bufferBytes);
        }
    }

    /** The largest body a record may have, in bytes: it must fit half of the buffer, and one segment, beside the log's own records. */
    public int maxBodyBytes() {
        int buffer = bufferBytes / 2;
        int segment = segmentBytes - SegmentHeader.BYTES;
        return Math.min(buffer, segment) - RecordFormat.HEADER_BYTES - RecordFormat.SLACK_BYTES;
    }
}
