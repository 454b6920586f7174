package dev.afterimage.shadowpaging;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Checksums of slots: CRC-32C of the bytes, bound to what the bytes are by a second number that is mixed in.
 *
 * <p>The checksum lies with the parent, not in the slot, so a slot with old, foreign or misdirected bytes fails it even where those bytes are whole. The binding (level and
 * number in the table) is for our own mistakes: an entry that is looked up for a page it was not made for fails as well. Because the binding is an
 * exclusive or, whoever knows the entry can work out the plain checksum of the bytes, which is all that the code next to the disk has to know.
 */
final class SlotChecksum {
    private SlotChecksum() {
    }

    /** The plain checksum of all that the buffer has remaining; moves its position. */
    static int of(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    /** Binds a plain checksum to a place in the table, or, applied again, frees it. */
    static int bind(int checksum, int level, long number) {
        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
        long mixed = number * 0x9E3779B97F4A7C15L + level * 0xD1B54A32D192ED03L + 1;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return checksum ^ (int) (mixed ^ mixed >>> 31);
    }
}
