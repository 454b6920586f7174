package dev.afterimage.memory;

import java.lang.ref.Reference;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import net.openhft.chronicle.core.UnsafeMemory;

/**
 * Finds out where a direct buffer's bytes are, so that a page moves to and from it in one copy.
 *
 * <p>Chronicle can copy between native memory and an address, but its own way to a buffer's address needs {@code --add-exports}. Reading the
 * field {@code java.nio.Buffer.address} by its offset needs no flag on JDK 17 to 25. Where a later JDK has no such field, {@link #KNOWN} is false and
 * callers copy byte by byte, slowly but rightly.
 */
final class DirectAddress {
    private static final long FIELD_OFFSET;

    /** Whether addresses can be found on this JDK. */
    static final boolean KNOWN;

    static {
        QuietStart.run();
        long offset = -1;
        try {
            Field address = Buffer.class.getDeclaredField("address");
            if (address.getType() == long.class) {
                offset = UnsafeMemory.unsafeObjectFieldOffset(address);
            }
        } catch (NoSuchFieldException | RuntimeException unknownJdk) {
            offset = -1;
        }
        FIELD_OFFSET = offset;
        KNOWN = offset >= 0;
    }

    private DirectAddress() {}

    /** The address of the next byte of a direct buffer that has at least one byte remaining. Follow the use of the address with {@link #keep}. */
    static long ofNext(ByteBuffer direct) {
        assert direct.isDirect() && direct.hasRemaining();
        // Reading one byte the ordinary way first makes a buffer complain whose memory is gone already (one cut from a closed arena).
        direct.get(direct.position());
        return UnsafeMemory.unsafeGetLong(direct, FIELD_OFFSET) + direct.position();
    }

    /** Keeps the garbage collector from freeing the buffer's memory before this call. */
    static void keep(ByteBuffer direct) {
        Reference.reachabilityFence(direct);
    }
}
