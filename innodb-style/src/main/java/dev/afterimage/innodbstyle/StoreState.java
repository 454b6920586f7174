package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;

/**
 * What this strategy keeps in the redo log's checkpoint block. Little-endian:
 *
 * <pre>
 *   0 format (4) = 1 · 4 flags (4): bit 0 = closed in good order · 8 page size (4) · 12 zero (4)
 * </pre>
 *
 * @param clean whether all pages were at home and nobody was writing at this checkpoint, the last one of an orderly end
 * @param pageSize bytes of a page
 */
record StoreState(boolean clean, int pageSize) {
    private static final int BYTES = 16;
    private static final int FORMAT = 1;
    private static final int CLEAN_FLAG = 1;

    /** The state as bytes, ready to be read. */
    ByteBuffer encode() {
        return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(FORMAT).putInt(clean ? CLEAN_FLAG : 0).putInt(pageSize).putInt(0).flip();
    }

    /**
     * Reads what {@link #encode} made.
     *
     * @throws StoreFormatException if a later version wrote it
     * @throws StoreDamagedException if it makes no sense, or the pages are of another size
     */
    static StoreState decode(ByteBuffer bytes, int pageSize) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < BYTES) {
            throw new StoreDamagedException("checkpoint block of the redo log: expected " + BYTES + " bytes of state, found " + in.remaining());
        }
        int format = in.getInt();
        if (format != FORMAT) {
            throw new StoreFormatException("checkpoint block of the redo log: expected format " + FORMAT + " of the store, found " + format + "; open the store with the version that made it");
        }
        int flags = in.getInt();
        StoreState state = new StoreState((flags & CLEAN_FLAG) != 0, in.getInt());
        if ((flags & ~CLEAN_FLAG) != 0 || state.pageSize != pageSize) {
            throw new StoreDamagedException("checkpoint block of the redo log: expected pages of " + pageSize + " bytes, found " + state + " with flags " + flags);
        }
        return state;
    }
}
