package dev.afterimage.spitests.model;

import java.util.Arrays;

/**
 * What the kit keeps in one page: {@value #SLOTS} tags of eight bytes, spread evenly so that every sector of the page holds some; all else is zero.
 *
 * <p>Immutable. A tag says which transaction wrote it and in which of its operations, and is never used twice, so that a torn or lost write shows
 * whose it was.
 */
public final class PageContent {
    /** Tags in a page. */
    public static final int SLOTS = 24;
    /** A page just allocated. */
    public static final PageContent EMPTY = new PageContent(new long[SLOTS]);

    /** The highest byte of each tag, so that tags are found among other bytes. */
    public static final int MARK = 0x5A;

    private final long[] tags;
    private final long hash;

    private PageContent(long[] tags) {
        this.tags = tags;
        long sum = 1;
        for (long tag : tags) {
            sum = mix(sum * 31 + tag);
        }
        hash = sum;
    }

    /** Offset in the page of a slot, for a page with that many usable bytes. */
    public static int offset(int slot, int usableBytes) {
        return slot * (usableBytes / SLOTS) & ~7;
    }

    /** A tag no other operation of any transaction has. */
    public static long tag(int transaction, int operation) {
        return (long) MARK << 56 | (long) transaction << 20 | operation;
    }

    /** The transaction that wrote a tag. */
    public static int transactionOf(long tag) {
        return (int) (tag >>> 20) & 0x3FFFFFFF;
    }

    /** The operation of its transaction that wrote a tag. */
    public static int operationOf(long tag) {
        return (int) tag & 0xFFFFF;
    }

    /** A tag as people read it. */
    public static String describe(long tag) {
        if (tag == 0) {
            return "nothing";
        }
        return tag >>> 56 == MARK ? "T" + transactionOf(tag) + "." + operationOf(tag) : "0x" + Long.toHexString(tag);
    }

    /**
     * Reads the tags out of a page's usable bytes, which it overwrites.
     *
     * @return null if any byte beside the tags is not zero
     */
    @org.jspecify.annotations.Nullable
    public static PageContent decode(byte[] bytes) {
        long[] tags = new long[SLOTS];
        for (int slot = 0; slot < SLOTS; slot++) {
            int offset = offset(slot, bytes.length);
            for (int index = 7; index >= 0; index--) {
                tags[slot] = tags[slot] << 8 | bytes[offset + index] & 0xFF;
                bytes[offset + index] = 0;
            }
        }
        for (byte other : bytes) {
            if (other != 0) {
                return null;
            }
        }
        return new PageContent(tags);
    }

    /** The tag in a slot, 0 for none. */
    public long tag(int slot) {
        return tags[slot];
    }

    /** This content with one tag in all slots from one to another (exclusive). */
    public PageContent with(int from, int to, long tag) {
        long[] copy = tags.clone();
        Arrays.fill(copy, from, to, tag);
        return new PageContent(copy);
    }

    long hash() {
        return hash;
    }

    static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PageContent that && hash == that.hash && Arrays.equals(tags, that.tags);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (long tag : tags) {
            text.append(text.length() == 1 ? "" : " ").append(tag == 0 ? "-" : describe(tag));
        }
        return text.append(']').toString();
    }
}
