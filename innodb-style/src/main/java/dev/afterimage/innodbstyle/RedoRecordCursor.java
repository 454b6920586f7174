package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

import dev.afterimage.api.StoreDamagedException;
import org.jspecify.annotations.Nullable;

/**
 * Data of consecutive blocks, taken apart into groups and records. Blocks have vouched for every byte, so what makes no sense is damage, or no log of ours.
 *
 * <p>Each record: its code, space, page, and for those that have them offset, length, bytes. Numbers are written seven bits a byte, the lowest first, the eighth bit says that more follow.
 */
final class RedoRecordCursor {
    private final long maxGroupBytes;
    private ByteBuffer bytes = ByteBuffer.allocate(8 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private int filled;
    private int groupAt;
    private int scannedTo; // records of the group before it are whole
    private int groupStart;
    private int recordStart;
    private int recordAt;
    private int groupEnd;

    private int cursor;
    private boolean missing;
    private @Nullable RedoRecordType type;
    private int space;
    private long page;
    private int offset;
    private int length;
    private int bodyAt;
    private int bodyBytes;

    RedoRecordCursor(long capacityBytes) {
        maxGroupBytes = capacityBytes / 8 + RedoBlock.BYTES;
    }

    /** Forgets everything. */
    void clear() {
        filled = 0;
        groupAt = 0;
        scannedTo = 0;
        recordAt = 0;
        groupEnd = 0;
    }

    /** Takes a copy of the next block's data. */
    void append(ByteBuffer block, int at, int count) {
        if (filled + count > bytes.capacity()) {
            bytes.put(0, bytes, groupAt, filled - groupAt);
            filled -= groupAt;
            scannedTo -= groupAt;
            groupAt = 0;
            recordAt = 0;
            groupEnd = 0;
            if (filled > maxGroupBytes) {
                throw nonsense("a mini-transaction of more than " + filled + " bytes", 0);
            }
            if (filled + count > bytes.capacity() / 2) {
                bytes = ByteBuffer.allocate(2 * bytes.capacity()).order(ByteOrder.LITTLE_ENDIAN).put(0, bytes, 0, filled);
            }
        }
        bytes.put(filled, block, at, count);
        filled += count;
    }

    /** Bytes of groups that were not entered yet. */
    int available() {
        return filled - groupAt;
    }

    /** Bytes of the next group, if it is there as a whole; otherwise 0. */
    int wholeGroup() {
        while (true) {
            int next = decode(scannedTo);
            if (next < 0) {
                return 0;
            }
            int code = bytes.get(scannedTo) & 0xFF;
            boolean single = (code & RedoRecordType.SINGLE_RECORD) != 0;
            if (single && scannedTo != groupAt) {
                throw nonsense("a record that is a group by itself, among others", scannedTo);
            }
            scannedTo = next;
            if (single || code == RedoRecordType.GROUP_END.code()) {
                return scannedTo - groupAt;
            }
        }
    }

    /** Its records come next. */
    void enterGroup(int groupBytes) {
        groupStart = groupAt;
        recordAt = groupAt;
        groupEnd = groupAt + groupBytes;
        groupAt = groupEnd;
    }

    /** Goes to the next record of the group; false behind the last. */
    boolean nextRecord() {
        if (recordAt == groupEnd) {
            return false;
        }
        recordStart = recordAt;
        recordAt = decode(recordAt);
        return type != RedoRecordType.GROUP_END;
    }

    /** Bytes of the group before the record. */
    int recordAt() {
        return recordStart - groupStart;
    }

    /** Bytes of the record. */
    int recordBytes() {
        return recordAt - recordStart;
    }

    RedoRecordType type() {
        return Objects.requireNonNull(type, "no record was gone to");
    }

    int space() {
        return space;
    }

    long page() {
        return page;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    ByteBuffer body() {
        return bytes.slice(bodyAt, bodyBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Takes the record there apart; returns where it ends, or -1 if not all of it is there. */
    private int decode(int at) {
        if (at >= filled) {
            return -1;
        }
        RedoRecordType found = RedoRecordType.of(bytes.get(at) & ~RedoRecordType.SINGLE_RECORD & 0xFF);
        if (found == null) {
            throw nonsense("a record of type " + (bytes.get(at) & 0xFF), at);
        }
        cursor = at + 1;
        missing = false;
        type = found;
        space = 0;
        page = 0;
        offset = 0;
        length = 0;
        bodyBytes = 0;
        if (found != RedoRecordType.GROUP_END) {
            space = smallNumber(Integer.MAX_VALUE, at);
            page = number(at);
            decodeRange(found, at);
        }
        bodyAt = cursor;
        if (missing || cursor + bodyBytes > filled) {
            return -1;
        }
        return cursor + bodyBytes;
    }

    private void decodeRange(RedoRecordType found, int at) {
        switch (found) {
            case WRITE_SHORT -> decodeFixed(Short.BYTES, at);
            case WRITE_INT -> decodeFixed(Integer.BYTES, at);
            case WRITE_LONG -> decodeFixed(Long.BYTES, at);
            case WRITE_BYTES -> {
                offset = smallNumber(MiniTransaction.PAGE_BYTES_MAX, at);
                length = smallNumber(MiniTransaction.PAGE_BYTES_MAX - offset, at);
                bodyBytes = length;
            }
            case FILL -> {
                offset = smallNumber(MiniTransaction.PAGE_BYTES_MAX, at);
                length = smallNumber(MiniTransaction.PAGE_BYTES_MAX - offset, at);
                bodyBytes = 1;
            }
            default -> { }
        }
    }

    private void decodeFixed(int width, int at) {
        offset = smallNumber(MiniTransaction.PAGE_BYTES_MAX - width, at);
        length = width;
        bodyBytes = width;
    }

    private int smallNumber(int max, int recordStart) {
        long number = number(recordStart);
        if (number > max) {
            throw nonsense(type + " with a number of " + number + " where at most " + max + " can be", recordStart);
        }
        return (int) number;
    }

    private long number(int recordStart) {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (cursor >= filled) {
                missing = true;
                return 0;
            }
            byte next = bytes.get(cursor++);
            number |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw nonsense(type + " with a number that does not end", recordStart);
    }

    private StoreDamagedException nonsense(String found, int at) {
        return new StoreDamagedException("the redo log holds " + found + ", byte " + (at - groupAt) + " of a mini-transaction, in blocks whose checksums are right; it was written by something else");
    }
}
