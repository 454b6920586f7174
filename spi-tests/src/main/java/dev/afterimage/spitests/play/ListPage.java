package dev.afterimage.spitests.play;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spitests.history.ListHistory;
import dev.afterimage.spitests.model.Violation;

/** A list in a page: elements of eight bytes, none of them 0, neighbours far apart, so that the sectors of a page that is torn do not agree. All else is zero. */
final class ListPage {
    private ListPage() {
    }

    /** The list in a page; empty for a page of zeroes. */
    static List<Long> read(ReadablePage page) {
        byte[] bytes = new byte[page.size()];
        page.getBytes(0, bytes, 0, bytes.length);
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> list = new ArrayList<>();
        int places = bytes.length / Long.BYTES;
        for (int index = 0; index < places && view.getLong(offset(index, bytes.length)) != 0; index++) {
            list.add(view.getLong(offset(index, bytes.length)));
        }
        int used = 0;
        for (int place = 0; place < places; place++) {
            used += view.getLong(place * Long.BYTES) == 0 ? 0 : 1;
        }
        if (used != list.size()) {
            throw new Violation("T1", "page " + page.id() + ": expected a list without gaps, found " + ListHistory.describe(list) + " and " + (used - list.size()) + " elements behind a gap", null);
        }
        return list;
    }

    /** Whether one more element has room. */
    static boolean hasRoom(int size, ReadablePage page) {
        return size < page.size() / Long.BYTES;
    }

    /** Puts an element behind so many others. */
    static void append(WritablePage page, int size, long element) {
        page.putLong(offset(size, page.size()), element);
    }

    private static int offset(int index, int bytes) {
        int places = bytes / Long.BYTES;
        int step = places * 5 / 13 | 1;
        while (divisor(step, places) > 1) {
            step += 2;
        }
        return (int) ((long) index * step % places) * Long.BYTES;
    }

    private static int divisor(int one, int other) {
        return other == 0 ? one : divisor(other, one % other);
    }
}
