package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.spi.PageBytes;
import dev.afterimage.wal.LogRecord;

/**
 * A redo record of the bytes that changed in one page; a flyweight, pointed at one page after another.
 *
 * <p>It names the version it builds on. Redo refuses to apply it to any other, so a home page whose last write the device lost without a word is found here and
 * not carried on.
 */
final class RangesRecord implements LogRecord {
    /** What a range costs in a record besides its bytes. */
    static final int BYTES_PER_RANGE = 4;

    private static final int BASIS = 8;
    private static final int COUNT = 16;
    private static final int RANGES = 18;

    private long transactionId;
    private long pageId;
    private long basisLsn;
    private ChangedRanges ranges = new ChangedRanges();
    private @Nullable PageBytes usable;

    /**
     * Points it at a page.
     *
     * @param basisLsn page LSN of the home page that the private page was copied from
     * @param usable the private page without its header
     */
    RangesRecord of(long transactionId, long pageId, long basisLsn, ChangedRanges ranges, PageBytes usable) {
        this.transactionId = transactionId;
        this.pageId = pageId;
        this.basisLsn = basisLsn;
        this.ranges = ranges;
        this.usable = usable;
        return this;
    }

    @Override
    public int type() {
        return RecordTypes.RANGES;
    }

    @Override
    public long transactionId() {
        return transactionId;
    }

    @Override
    public int bodyBytes() {
        return bodyBytes(ranges);
    }

    /** Bytes of the body that would hold these ranges. */
    static int bodyBytes(ChangedRanges ranges) {
        return RANGES + ranges.count() * BYTES_PER_RANGE + ranges.bytes();
    }

    @Override
    public void writeBody(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN);
        int end = target.position() + bodyBytes();
        target.putLong(pageId).putLong(basisLsn).putShort((short) ranges.count());
        for (int range = 0; range < ranges.count(); range++) {
            assert ranges.length(range) <= 0xFFFF : "a range of " + ranges.length(range) + " bytes belongs into an image";
            target.putShort((short) ranges.offset(range)).putShort((short) ranges.length(range));
        }
        int limit = target.limit();
        PageBytes bytes = Objects.requireNonNull(usable, "no page");
        for (int range = 0; range < ranges.count(); range++) {
            target.limit(target.position() + ranges.length(range));
            bytes.get(ranges.offset(range), target);
            target.limit(limit);
        }
        assert target.position() == end : "body ends at " + target.position() + " and not at " + end;
    }

    /** The page it is about. */
    static long pageId(ByteBuffer body) {
        return body.order(ByteOrder.LITTLE_ENDIAN).getLong(body.position());
    }

    /** The LSN of the version it builds on. */
    static long basisLsn(ByteBuffer body) {
        return body.order(ByteOrder.LITTLE_ENDIAN).getLong(body.position() + BASIS);
    }

    /** How many ranges it has. */
    static int count(ByteBuffer body) {
        return Short.toUnsignedInt(body.order(ByteOrder.LITTLE_ENDIAN).getShort(body.position() + COUNT));
    }

    /** First byte of a range. */
    static int offset(ByteBuffer body, int range) {
        return Short.toUnsignedInt(body.getShort(body.position() + RANGES + range * BYTES_PER_RANGE));
    }

    /** Bytes in a range. */
    static int length(ByteBuffer body, int range) {
        return Short.toUnsignedInt(body.getShort(body.position() + RANGES + range * BYTES_PER_RANGE + 2));
    }

    /**
     * Where the first range lies, before anything is checked: good for a hint only.
     *
     * @param at where the body begins in the buffer
     * @return the range's offset in the page times 2<sup>16</sup>, and its length; 0 if there is none
     */
    static int firstRange(ByteBuffer bytes, int at, int bodyBytes) {
        if (bodyBytes < RANGES + BYTES_PER_RANGE) {
            return 0;
        }
        return Short.toUnsignedInt(bytes.getShort(at + RANGES)) + PageHeader.BYTES << Short.SIZE | Short.toUnsignedInt(bytes.getShort(at + RANGES + 2));
    }

    /**
     * Puts its bytes into a page.
     *
     * @param page the whole page
     * @throws StoreDamagedException if the body contradicts itself or reaches beyond the page
     */
    static void apply(ByteBuffer body, PageBytes page) {
        body.order(ByteOrder.LITTLE_ENDIAN);
        int usableBytes = page.length() - PageHeader.BYTES;
        int base = body.position();
        int limit = body.limit();
        int count = count(body);
        int data = base + RANGES + count * BYTES_PER_RANGE;
        check(data <= limit, body);
        for (int range = 0; range < count; range++) {
            int offset = offset(body, range);
            int length = length(body, range);
            check(length > 0 && offset + length <= usableBytes && data + length <= limit, body);
            body.limit(data + length).position(data);
            page.put(PageHeader.BYTES + offset, body);
            body.limit(limit).position(base);
            data += length;
        }
        check(data == limit, body);
    }

    private static void check(boolean holds, ByteBuffer body) {
        if (!holds) {
            throw new StoreDamagedException("a log record of changed ranges (" + body + ") does not fit itself or the page, though its checksum is right");
        }
    }
}
