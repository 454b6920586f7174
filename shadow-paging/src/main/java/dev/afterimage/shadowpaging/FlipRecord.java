package dev.afterimage.shadowpaging;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What one root flip makes durable: the payload of the root block. Immutable.
 *
 * <table>
 *   <caption>Layout, little-endian</caption>
 *   <tr><th>offset</th><th>bytes</th><th>content</th></tr>
 *   <tr><td>0</td><td>4</td><td>format, {@value #FORMAT}</td></tr>
 *   <tr><td>4</td><td>4</td><td>page size in bytes</td></tr>
 *   <tr><td>8</td><td>8</td><td>flip number, from 1</td></tr>
 *   <tr><td>16</td><td>8</td><td>slot of the top node + 1; 0 while no page exists</td></tr>
 *   <tr><td>24</td><td>4</td><td>bound checksum of the top node</td></tr>
 *   <tr><td>28</td><td>4</td><td>depth of the table</td></tr>
 *   <tr><td>32</td><td>8</td><td>nodes in the table</td></tr>
 *   <tr><td>40</td><td>8</td><td>pages in the table</td></tr>
 *   <tr><td>48</td><td>8</td><td>highest transaction number begun</td></tr>
 *   <tr><td>56</td><td>4</td><td>1 if the store was closed in good order by this flip, else 0</td></tr>
 *   <tr><td>60</td><td>4</td><td>spare, 0</td></tr>
 *   <tr><td>64</td><td>8</td><td>slots that the file {@code pages} has for sure</td></tr>
 * </table>
 *
 * @param flip flip number, from 1
 * @param root the table it made current
 * @param highestTransactionId highest transaction number begun before it
 * @param clean whether it was the last act of {@code close()}
 * @param slots length of the file {@code pages} in slots, all of them preallocated and synced before this root was written. A file that is longer after a crash has
 *        perhaps holes in place of its last slots, and writing into a hole may find the disk full: recovery cuts those off
 */
record FlipRecord(long flip, TableRoot root, long highestTransactionId, boolean clean, long slots) {
    static final int FORMAT = 1;
    static final int BYTES = 72;

    /** The bytes, from position 0 to {@value #BYTES}. */
    ByteBuffer encode(int pageSize) {
        ByteBuffer payload = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        payload.putInt(FORMAT).putInt(pageSize).putLong(flip).putLong(root.slot() + 1).putInt(root.checksum()).putInt(root.depth());
        payload.putLong(root.nodes()).putLong(root.pages()).putLong(highestTransactionId).putInt(clean ? 1 : 0).putInt(0).putLong(slots);
        assert !payload.hasRemaining();
        return payload.flip();
    }

    /**
     * Reads what {@link #encode} wrote; the caller has verified the block's checksum.
     *
     * @throws StoreFormatException if a later version of this strategy wrote it
     * @throws StoreDamagedException if no version of this strategy wrote it
     */
    static FlipRecord decode(ByteBuffer block, TableShape shape) {
        ByteBuffer payload = block.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (payload.remaining() < BYTES) {
            throw new StoreDamagedException("root block: expected " + BYTES + " bytes, found " + payload.remaining());
        }
        int format = payload.getInt();
        if (format != FORMAT) {
            throw new StoreFormatException("root block: this version knows format " + FORMAT + " of shadow-paging, found format " + format);
        }
        int pageSize = payload.getInt();
        if (pageSize != shape.pageSize()) {
            throw new StoreDamagedException("root block: expected pages of " + shape.pageSize() + " bytes, found " + pageSize);
        }
        long flip = payload.getLong();
        try {
            long slot = payload.getLong() - 1;
            int checksum = payload.getInt();
            int depth = payload.getInt();
            TableRoot root = new TableRoot(slot, checksum, depth, payload.getLong(), payload.getLong());
            long highestTransactionId = payload.getLong();
            int clean = payload.getInt();
            int spare = payload.getInt();
            long slots = payload.getLong();
            if (flip < 1 || depth > shape.maxDepth() || highestTransactionId < 0 || clean < 0 || clean > 1 || spare != 0
                    || slots < 0 || slots > Long.MAX_VALUE / shape.pageSize() || slots < root.nodes() + root.pages() || slots <= slot) {
                throw new IllegalArgumentException("flip " + flip + ", depth " + depth + ", highest transaction " + highestTransactionId + ", clean " + clean
                        + ", spare " + spare + ", slots " + slots);
            }
            return new FlipRecord(flip, root, highestTransactionId, clean == 1, slots);
        } catch (IllegalArgumentException nonsense) {
            throw new StoreDamagedException("root block: its checksum is right but its content cannot be: " + nonsense.getMessage(), nonsense);
        }
    }
}
