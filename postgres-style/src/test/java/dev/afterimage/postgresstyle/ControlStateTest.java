package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;

@DisplayName("The control state")
class ControlStateTest {
    private static final ControlState STATE = new ControlState(true, 8192, 1 << 24, 3, 1L << 40, (1L << 40) + 77, 123_456_789_012L, 42);

    @Test
    @DisplayName("reads back as it was written")
    void roundTrip() {
        assertEquals(ControlState.BYTES, STATE.encode().remaining());
        assertEquals(STATE, ControlState.decode(STATE.encode()));
    }

    @Test
    @DisplayName("of a later format is refused, naming both")
    void laterFormat() {
        ByteBuffer bytes = STATE.encode();
        bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(0, 2);
        assertEquals("file control: expected format 1, found 2; open the store with the version that made it",
                assertThrows(StoreFormatException.class, () -> ControlState.decode(bytes)).getMessage());
    }

    @Test
    @DisplayName("that makes no sense is damage")
    void nonsense() {
        assertThrows(StoreDamagedException.class, () -> ControlState.decode(ByteBuffer.allocate(10)));
        ByteBuffer bytes = STATE.encode();
        bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(24, -1);
        assertThrows(StoreDamagedException.class, () -> ControlState.decode(bytes));
    }
}
