package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.Frame;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.wal.PageRedo;
import dev.afterimage.wal.ParallelRedo;
import dev.afterimage.wal.RedoRecord;

/**
 * Redo records of a stretch of the log, gathered page by page ({@code recv_sys}), so that each page is read once and written once however many records there are for it.
 *
 * <pre>
 *   page LSN &gt;= end of the record's mini-transaction    the page holds it
 *   page LSN &lt; that                                     applied
 *   the page begins with INIT_PAGE                      its home is not read: it starts from zeros
 *   the home is torn, and the doublewrite buffer        damage, unless the page begins with INIT_PAGE
 *     had no copy to repair it from
 * </pre>
 *
 * <p><b>Each page that a record speaks of becomes dirty, applied or not</b>: after a failed sync the operating system may show bytes that it will never write, so what a home shows counts for nothing until it is
 * written again (fault F2).
 *
 * <p>Pages are independent of each other: {@link #apply} divides them among all cores there are. Everything else is for one thread.
 */
final class RedoBatch implements AutoCloseable {
    private static final RedoRecordType[] TYPES = RedoRecordType.values();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final long SPACE_SHIFT = 1L << 60;

    private final BufferPool pool;
    private final Spaces spaces;
    private final int bytesMax;

    private ByteBuffer bytes = ByteBuffer.allocate(64 << 10).order(ByteOrder.LITTLE_ENDIAN);

    // The records, in the order of the log.
    private int records;
    private byte[] types = new byte[1 << 10];
    private long[] starts = new long[1 << 10];
    private long[] ends = new long[1 << 10];
    private int[] offsets = new int[1 << 10];
    private int[] lengths = new int[1 << 10];
    private int[] bodies = new int[1 << 10];
    private int[] followers = new int[1 << 10];

    // The pages: open addressing; a key is the page's number and its space.
    private long[] keys = new long[1 << 9];
    private int[] firsts = new int[1 << 9];
    private int[] lasts = new int[1 << 9];
    private int pages;

    private final List<Share> shares = new ArrayList<>();
    private final ParallelRedo redo;

    /**
     * An empty one.
     *
     * @param bytesMax from how many bytes of changes on it is full
     * @param tasks where threads come from besides the caller's
     * @param threads how many in all
     */
    RedoBatch(BufferPool pool, Spaces spaces, int bytesMax, BackgroundTasks tasks, int threads) {
        this.pool = pool;
        this.spaces = spaces;
        this.bytesMax = bytesMax;
        Arrays.fill(firsts, -1);
        redo = ParallelRedo.start(tasks, threads, partition -> newShare());
    }

    private Share newShare() {
        Share share = new Share();
        shares.add(share);
        return share;
    }

    /** What one thread at a time does, of some of the pages. */
    private final class Share implements PageRedo {
        private long applied;
        private long skipped;

        /** A "record" here is a page with the number of its first record: while pages are brought up to date, nothing is gathered, so the records are there for all to read. */
        @Override
        public void redo(RedoRecord page) {
            long key = page.page();
            apply((int) (key / SPACE_SHIFT), key % SPACE_SHIFT, (int) page.note(), this);
        }
    }

    boolean isFull() {
        return bytes.position() >= bytesMax;
    }

    /** Takes the record that the reader stands at. */
    void add(RedoReader reader) {
        if (reader.space() > Spaces.UNDO) {
            throw new StoreDamagedException("the redo log speaks of page " + reader.page() + " of space " + reader.space() + " at LSN " + reader.startLsn() + "; there is no such space");
        }
        if (records == types.length) {
            growRecords();
        }
        ByteBuffer body = reader.body();
        if (bytes.remaining() < body.remaining()) {
            bytes = ByteBuffer.allocate(2 * Math.max(bytes.capacity(), body.remaining())).order(ByteOrder.LITTLE_ENDIAN).put(bytes.flip());
        }
        int record = records++;
        types[record] = (byte) reader.type().ordinal();
        starts[record] = reader.startLsn();
        ends[record] = reader.endLsn();
        offsets[record] = reader.offset();
        lengths[record] = reader.length();
        bodies[record] = bytes.position();
        followers[record] = -1;
        bytes.put(body);
        link(reader.page() + reader.space() * SPACE_SHIFT, record);
    }

    private void link(long key, int record) {
        int slot = find(key);
        if (firsts[slot] >= 0) {
            followers[lasts[slot]] = record;
            lasts[slot] = record;
            return;
        }
        if (pages >= keys.length / 2) {
            growPages();
            slot = find(key);
        }
        keys[slot] = key;
        firsts[slot] = record;
        lasts[slot] = record;
        pages++;
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (firsts[slot] >= 0 && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void growRecords() {
        int capacity = 2 * types.length;
        types = Arrays.copyOf(types, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        bodies = Arrays.copyOf(bodies, capacity);
        followers = Arrays.copyOf(followers, capacity);
    }

    private void growPages() {
        long[] oldKeys = keys;
        int[] oldFirsts = firsts;
        int[] oldLasts = lasts;
        keys = new long[2 * oldKeys.length];
        firsts = new int[keys.length];
        lasts = new int[keys.length];
        Arrays.fill(firsts, -1);
        for (int old = 0; old < oldKeys.length; old++) {
            if (oldFirsts[old] >= 0) {
                int slot = find(oldKeys[old]);
                keys[slot] = oldKeys[old];
                firsts[slot] = oldFirsts[old];
                lasts[slot] = oldLasts[old];
            }
        }
    }

    /**
     * Does it all again, page by page, and is empty afterwards.
     *
     * @throws RuntimeException what went wrong with any page; this is of no use then
     */
    void apply() {
        long[] order = new long[pages];
        int count = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (firsts[slot] >= 0) {
                order[count++] = keys[slot];
            }
        }
        Arrays.sort(order);
        for (long key : order) {
            redo.add(key, firsts[find(key)], 0, 0, 0, NOTHING, 0, 0);
        }
        redo.finish();
        bytes.clear();
        records = 0;
        pages = 0;
        Arrays.fill(firsts, -1);
    }

    private void apply(int spaceNumber, long number, int first, Share share) {
        HomeSpace space = spaces.numbered(spaceNumber);
        boolean fromZeros = type(first) == RedoRecordType.INIT_PAGE;
        Frame frame = fromZeros ? pool.pinNew(space, number) : pool.pin(space, number);
        try {
            OffHeapBytes page = frame.page();
            if (PageHeader.pageLsn(page) == HomeSpace.TORN) {
                throw new StoreDamagedException("page " + number + " of file " + space.name() + " is damaged, and the doublewrite buffer holds no copy of it; restore the store from a backup");
            }
            frame.latchExclusive();
            try {
                for (int record = first; record >= 0; record = followers[record]) {
                    applyOne(page, record, share);
                }
                frame.markDirty(starts[first]);
            } finally {
                frame.unlatchExclusive();
            }
        } finally {
            frame.unpin();
        }
    }

    private void applyOne(OffHeapBytes page, int record, Share share) {
        // Records of one mini-transaction share its end: the page gets that LSN when it has them all.
        if (PageHeader.pageLsn(page) >= ends[record]) {
            share.skipped++;
            return;
        }
        switch (type(record)) {
            case INIT_PAGE, FREE_PAGE -> page.fill(0, page.length(), (byte) 0);
            case FILL -> page.fill(offsets[record], lengths[record], bytes.get(bodies[record]));
            default -> page.put(offsets[record], bytes.duplicate().position(bodies[record]).limit(bodies[record] + lengths[record]));
        }
        int next = followers[record];
        if (next < 0 || ends[next] != ends[record]) {
            PageHeader.setPageLsn(page, ends[record]);
        }
        share.applied++;
    }

    private RedoRecordType type(int record) {
        return TYPES[types[record]];
    }

    /** Records applied so far, in all batches. */
    long applied() {
        return shares.stream().mapToLong(share -> share.applied).sum();
    }

    /** Records that pages held already. */
    long skipped() {
        return shares.stream().mapToLong(share -> share.skipped).sum();
    }

    @Override
    public void close() {
        redo.close();
    }
}
