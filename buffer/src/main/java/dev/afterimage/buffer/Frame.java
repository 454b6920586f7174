package dev.afterimage.buffer;

import dev.afterimage.memory.OffHeapBytes;

public final class Frame {
    /** Recovery LSN of a page that no log speaks of. */
    public static final long NO_RECOVERY_LSN = Long.MAX_VALUE;

    Frame() {}

    public PageSpace space() { throw new UnsupportedOperationException("soon"); }

    public long number() { throw new UnsupportedOperationException("soon"); }

    public OffHeapBytes page() { throw new UnsupportedOperationException("soon"); }

    public OffHeapBytes usable() { throw new UnsupportedOperationException("soon"); }

    public void unpin() { throw new UnsupportedOperationException("soon"); }

    /** After the change, with the exclusive latch still held; {@link #NO_RECOVERY_LSN} where no log speaks of the page. */
    public void markDirty(long recoveryLsn) { throw new UnsupportedOperationException("soon"); }

    public boolean isDirty() { throw new UnsupportedOperationException("soon"); }

    public long recoveryLsn() { throw new UnsupportedOperationException("soon"); }

    public void latchExclusive() { throw new UnsupportedOperationException("soon"); }

    public void unlatchExclusive() { throw new UnsupportedOperationException("soon"); }

    public void latchShared() { throw new UnsupportedOperationException("soon"); }

    public void unlatchShared() { throw new UnsupportedOperationException("soon"); }
}
