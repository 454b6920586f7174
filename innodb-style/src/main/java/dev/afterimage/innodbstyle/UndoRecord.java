package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.memory.OffHeapBytes;

/**
 * One undo record: what leads from a version of a page to the one before. Little-endian:
 *
 * <pre>
 *   0 bytes (2) · 2 record before in this undo page (2), 0 if there is none · 4 type (1) · 5 ranges (1) · 6 zero (2) · 8 data page (8)
 *   16 writer of the version before (8) · 24 roll pointer of the version before (8)
 *   32 for each range: offset (2) and length (2), counted in what the engine gets of the page · then the bytes of all ranges, as they were
 * </pre>
 *
 * <p>A flyweight over an array: {@link #read} copies a record out of its page, so that the page need not be latched while it is used. One thread.
 */
final class UndoRecord {
    /** Bytes of the page were changed. */
    static final int CHANGE = 1;
    /** The page came to exist. */
    static final int CREATE = 2;
    /** The page, all zeros by then, ceased to exist. */
    static final int DISCARD = 3;

    /** Bytes in front of the ranges. */
    static final int HEADER_BYTES = 32;
    /** Bytes of a range besides its content. */
    static final int RANGE_BYTES = 4;
    static final int RANGES_MAX = 255;

    private byte[] array = new byte[1 << 9];
    private ByteBuffer bytes = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    /** The same, for what {@link #content} hands out: its position and limit move. */
    private ByteBuffer handedOut = bytes.duplicate();

    /** Copies the record at an offset of an undo page. */
    UndoRecord read(OffHeapBytes page, long pageNumber, int offset) {
        int free = UndoPage.free(page);
        int length = offset + HEADER_BYTES <= free ? page.getShort(offset) & 0xFFFF : 0;
        if (offset < UndoPage.RECORDS || length < HEADER_BYTES || offset + length > free) {
            throw new StoreDamagedException("page " + pageNumber + " of file " + StoreFiles.UNDO + ": expected an undo record at offset " + offset + ", found " + length
                    + " bytes in a page that is used up to " + free);
        }
        if (array.length < length) {
            array = new byte[Integer.highestOneBit(length) * 2];
            bytes = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
            handedOut = bytes.duplicate();
        }
        page.get(offset, array, 0, length);
        int content = HEADER_BYTES;
        for (int range = 0; range < ranges(); range++) {
            content += RANGE_BYTES + (HEADER_BYTES + (range + 1) * RANGE_BYTES <= length ? length(range) : length);
        }
        if (content != length || type() < CHANGE || type() > DISCARD) {
            throw new StoreDamagedException("page " + pageNumber + " of file " + StoreFiles.UNDO + ": the undo record at offset " + offset + " makes no sense");
        }
        return this;
    }

    /** Copies only what comes before the ranges. */
    UndoRecord readHeader(OffHeapBytes page, long pageNumber, int offset) {
        if (offset < UndoPage.RECORDS || offset + HEADER_BYTES > UndoPage.free(page)) {
            throw new StoreDamagedException("page " + pageNumber + " of file " + StoreFiles.UNDO + ": expected an undo record at offset " + offset + ", found a page that is used up to "
                    + UndoPage.free(page));
        }
        page.get(offset, array, 0, HEADER_BYTES);
        if (previous() >= offset) {
            throw new StoreDamagedException("page " + pageNumber + " of file " + StoreFiles.UNDO + ": the undo record at offset " + offset + " makes no sense");
        }
        return this;
    }

    int bytes() {
        return bytes.getShort(0) & 0xFFFF;
    }

    /** Offset of the record before in the same undo page; 0 if there is none. */
    int previous() {
        return bytes.getShort(2) & 0xFFFF;
    }

    int type() {
        return bytes.get(4);
    }

    int ranges() {
        return bytes.get(5) & 0xFF;
    }

    long pageId() {
        return bytes.getLong(8);
    }

    long writerBefore() {
        return bytes.getLong(16);
    }

    long rollPointerBefore() {
        return bytes.getLong(24);
    }

    int offset(int range) {
        return bytes.getShort(HEADER_BYTES + range * RANGE_BYTES) & 0xFFFF;
    }

    int length(int range) {
        return bytes.getShort(HEADER_BYTES + range * RANGE_BYTES + 2) & 0xFFFF;
    }

    /** The bytes of one range, from position to limit; good until the next record is read. */
    ByteBuffer content(int range) {
        int at = HEADER_BYTES + ranges() * RANGE_BYTES;
        for (int before = 0; before < range; before++) {
            at += length(before);
        }
        return handedOut.clear().position(at).limit(at + length(range));
    }

    /** Whether the page exists in the version before. */
    boolean existedBefore() {
        return type() != CREATE;
    }

    /** Writes the header of a record that is being made. */
    static void putHeader(ByteBuffer target, int length, int previous, int type, int ranges, long pageId, long writerBefore, long rollPointerBefore) {
        assert ranges <= RANGES_MAX;
        target.putShort((short) length).putShort((short) previous).put((byte) type).put((byte) ranges).putShort((short) 0);
        target.putLong(pageId).putLong(writerBefore).putLong(rollPointerBefore);
    }

    /** Makes a private copy of a page the version before: what {@link UndoLog} does to the shared page when it rolls back, for a snapshot. */
    void applyTo(OffHeapBytes page) {
        int exists = existedBefore() ? VersionHeader.EXISTS : 0;
        page.putInt(VersionHeader.FLAGS_OFFSET, exists);
        page.putLong(VersionHeader.WRITER_OFFSET, writerBefore());
        page.putLong(VersionHeader.ROLL_POINTER_OFFSET, rollPointerBefore());
        for (int range = 0; range < ranges(); range++) {
            page.put(VersionHeader.BYTES + offset(range), content(range));
        }
    }
}
