package dev.afterimage.spitests.workbench;

import java.nio.ByteBuffer;

import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageChange;

/** A change of some ranges of a page, with the bytes from before it; those from after it are on the page. */
record Ranges(PageAccess access, int[] offsets, byte[][] before) implements PageChange {
    @Override
    public long pageId() {
        return access.pageId();
    }

    @Override
    public int ranges() {
        return offsets.length;
    }

    @Override
    public int offset(int range) {
        return offsets[range];
    }

    @Override
    public int length(int range) {
        return before[range].length;
    }

    @Override
    public void copyBefore(int range, ByteBuffer target) {
        target.put(before[range]);
    }

    @Override
    public void copyAfter(int range, ByteBuffer target) {
        byte[] after = new byte[before[range].length];
        access.bytes().get(offsets[range], after, 0, after.length);
        target.put(after);
    }
}
