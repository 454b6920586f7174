package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.spi.PageBytes;

/**
 * A mini-transaction (InnoDB's mtr): changes of pages that redo repeats all or none of.
 *
 * <pre>{@code
 * log.reserve(mtr, MiniTransaction.bytesFor(length) + ...);   // before any latch is taken: may wait
 * // latch the pages, change them
 * mtr.write(PAGES, page, offset, bytes, offset, length);
 * long end = log.commit(mtr);                                 // never waits, never fails for room
 * // stamp the pages with end, mark them dirty from mtr.startLsn() on, unlatch
 * }</pre>
 *
 * <p>It only collects records; the pages are the caller's. Reusable, makes no garbage once it has grown. One thread at a time.
 */
final class MiniTransaction {
    /** Longest offset or length within a page, exclusive. */
    static final int PAGE_BYTES_MAX = 64 << 10;
    /** Type, space, page, offset and length, at their longest. */
    private static final int RECORD_HEADER_BYTES_MAX = 1 + 5 + 10 + 3 + 3;
    /** Room for the mark that ends a group. */
    private static final int GROUP_END_BYTES = 1;

    private byte[] bytes = new byte[256];
    private ByteBuffer view = viewOf(bytes);
    private int used;
    private int records;
    private int reserved;
    private long startLsn;
    private long endLsn;

    /** The most that a record with so many bytes of a page takes: what to sum up for {@link RedoLog#reserve}. */
    static int bytesFor(int dataBytes) {
        return RECORD_HEADER_BYTES_MAX + dataBytes;
    }

    /** Bytes of a page, as they are there now. */
    void write(int space, long page, int offset, PageBytes from, int fromOffset, int length) {
        requireInPage(offset, length);
        begin(RedoRecordType.WRITE_BYTES, length, space, page);
        putNumber(offset);
        putNumber(length);
        from.get(fromOffset, bytes, used, length);
        used += length;
    }

    /** All that {@code data} has remaining; moves its position. */
    void write(int space, long page, int offset, ByteBuffer data) {
        int length = data.remaining();
        requireInPage(offset, length);
        begin(RedoRecordType.WRITE_BYTES, length, space, page);
        putNumber(offset);
        putNumber(length);
        data.get(bytes, used, length);
        used += length;
    }

    /** Two bytes. */
    void writeShort(int space, long page, int offset, short value) {
        requireInPage(offset, Short.BYTES);
        begin(RedoRecordType.WRITE_SHORT, Short.BYTES, space, page);
        putNumber(offset);
        view.putShort(used, value);
        used += Short.BYTES;
    }

    /** Four bytes. */
    void writeInt(int space, long page, int offset, int value) {
        requireInPage(offset, Integer.BYTES);
        begin(RedoRecordType.WRITE_INT, Integer.BYTES, space, page);
        putNumber(offset);
        view.putInt(used, value);
        used += Integer.BYTES;
    }

    /** Eight bytes. */
    void writeLong(int space, long page, int offset, long value) {
        requireInPage(offset, Long.BYTES);
        begin(RedoRecordType.WRITE_LONG, Long.BYTES, space, page);
        putNumber(offset);
        view.putLong(used, value);
        used += Long.BYTES;
    }

    /** So many bytes of one value. */
    void fill(int space, long page, int offset, int length, byte value) {
        requireInPage(offset, length);
        begin(RedoRecordType.FILL, 1, space, page);
        putNumber(offset);
        putNumber(length);
        bytes[used++] = value;
    }

    /** The page begins as zeros: redo does not look at its home. */
    void initPage(int space, long page) {
        begin(RedoRecordType.INIT_PAGE, 0, space, page);
    }

    /** The page is no more. */
    void freePage(int space, long page) {
        begin(RedoRecordType.FREE_PAGE, 0, space, page);
    }

    /** Whether it holds no record. */
    boolean isEmpty() {
        return records == 0;
    }

    /** Bytes of its records so far. */
    int bytes() {
        return used;
    }

    /** Where its group begins; what pages that it made dirty need redo from. Once it is committed. */
    long startLsn() {
        return startLsn;
    }

    /** Where its group ends: the LSN of the pages it changed. Once it is committed. */
    long endLsn() {
        return endLsn;
    }

    /** Empties it for a reservation of so many bytes. */
    void begin(int reservedBytes) {
        if (reserved != 0) {
            throw new IllegalStateException("the mini-transaction is under way: it has " + reserved + " bytes reserved and is neither committed nor cancelled");
        }
        int needed = reservedBytes + GROUP_END_BYTES;
        if (bytes.length < needed) {
            bytes = new byte[Math.max(needed, Math.min(2 * bytes.length, PAGE_BYTES_MAX))];
            view = viewOf(bytes);
        }
        used = 0;
        records = 0;
        startLsn = 0;
        endLsn = 0;
        reserved = needed;
    }

    /** Bytes of data reserved, with those that end the group; 0 while it is not under way. */
    int reserved() {
        return reserved;
    }

    /** Bytes of data that a mini-transaction of that many bytes of records takes. */
    static int groupBytes(int recordBytes) {
        return recordBytes + GROUP_END_BYTES;
    }

    /** Marks the end of its group. */
    void end() {
        if (records == 1) {
            bytes[0] |= (byte) RedoRecordType.SINGLE_RECORD;
        } else if (records > 1) {
            bytes[used++] = (byte) RedoRecordType.GROUP_END.code();
        }
    }

    /** Its records, to {@link #bytes()}. */
    byte[] array() {
        return bytes;
    }

    /** It is done, one way or the other. */
    void finished(long start, long end) {
        reserved = 0;
        startLsn = start;
        endLsn = end;
    }

    private void begin(RedoRecordType type, int dataBytes, int space, long page) {
        if (space < 0 || page < 0) {
            throw new IllegalArgumentException("expected a space and a page that are not negative, found space " + space + ", page " + page);
        }
        // Checked against what was asked for, before anything of it is in the log: what exceeds a reservation could overwrite what is still needed (G9).
        if (used + bytesFor(dataBytes) > reserved - GROUP_END_BYTES) {
            throw new IllegalStateException(type + " of " + dataBytes + " bytes: the mini-transaction holds " + used + " of " + Math.max(0, reserved - GROUP_END_BYTES)
                    + " bytes reserved; reserve bytesFor() of every record");
        }
        records++;
        bytes[used++] = (byte) type.code();
        putNumber(space);
        putNumber(page);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void putNumber(long number) {
        long rest = number;
        while (rest > 0x7F) {
            bytes[used++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[used++] = (byte) rest;
    }

    private static void requireInPage(int offset, int length) {
        if (offset < 0 || length < 1 || offset > PAGE_BYTES_MAX - length) {
            throw new IllegalArgumentException("expected at least one byte within " + PAGE_BYTES_MAX + ", found " + length + " at " + offset);
        }
    }

    private static ByteBuffer viewOf(byte[] array) {
        return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    }
}
