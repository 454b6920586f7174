package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The header of a log specimen's page: LSN (8 bytes), checksum (4), whether it exists (4); and the difference of two versions of a page. */
final class LogPage {
    static final int HEADER = 16;

    private LogPage() {
    }

    static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static long lsn(byte[] page) {
        return view(page).getLong(0);
    }

    static boolean exists(byte[] page) {
        return view(page).getInt(12) == 1;
    }

    static void stamp(byte[] page, long lsn) {
        view(page).putLong(0, lsn).putInt(12, 1);
    }

    /** A page that says that there is none. */
    static byte[] tombstone(int pageSize, long lsn) {
        byte[] page = new byte[pageSize];
        view(page).putLong(0, lsn);
        return page;
    }

    static int checksum(byte[] page, long number) {
        CRC32C crc = new CRC32C();
        crc.update(page, 0, 8);
        crc.update(page, 12, page.length - 12);
        crc.update((int) number);
        crc.update((int) (number >>> 8));
        return (int) crc.getValue() | 1;
    }

    static void seal(byte[] page, int checksum) {
        view(page).putInt(8, checksum);
    }

    static boolean isSealed(byte[] page, long number) {
        return view(page).getInt(8) == checksum(page, number);
    }

    /**
     * Appends the runs of words in which two versions differ, as exclusive or, so that applying them twice does harm. Beside each stands the new word as it is, which nobody reads back: the kit's monitors look for
     * values in what is written.
     */
    static void difference(byte[] before, byte[] after, ByteBuffer target) {
        ByteBuffer old = view(before);
        ByteBuffer now = view(after);
        int runs = target.position();
        target.putInt(0);
        int count = 0;
        for (int at = HEADER; at < after.length; at += 8) {
            if (old.getLong(at) != now.getLong(at)) {
                int length = target.position() + 2;
                target.putShort((short) at).putShort((short) 0);
                int words = 0;
                for (; at < after.length && old.getLong(at) != now.getLong(at); at += 8, words++) {
                    target.putLong(old.getLong(at) ^ now.getLong(at)).putLong(now.getLong(at));
                }
                target.putShort(length, (short) words);
                count++;
            }
        }
        target.putInt(runs, count);
    }

    /** Applies what {@link #difference} wrote, or only reads past it. */
    static void apply(ByteBuffer source, byte[] page, boolean really) {
        ByteBuffer view = view(page);
        for (int runs = source.getInt(); runs > 0; runs--) {
            int at = source.getShort();
            for (int words = source.getShort(); words > 0; words--, at += 8) {
                long difference = source.getLong();
                source.getLong();
                if (really) {
                    view.putLong(at, view.getLong(at) ^ difference);
                }
            }
        }
    }
}
