package dev.afterimage.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The leak check")
class MemoryLeaksTest {

    @Test
    @DisplayName("finds memory that nobody released, says where it was allocated, and is content once it is released")
    void findsALeak() {
        PageMemory older = PageMemory.allocate(4096, 10);
        MemoryLeaks.startTracing();
        MemoryLeaks.assertNone();
        PageMemory leak = PageMemory.allocate(4096, 1);
        older.close();
        AssertionError error = assertThrows(AssertionError.class, MemoryLeaks::assertNone);
        assertEquals("4096 bytes of off-heap memory were never released; the suppressed exceptions say where they were allocated", error.getMessage());
        assertTrue(Arrays.stream(error.getSuppressed()[0].getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("findsALeak")));
        leak.close();
        MemoryLeaks.assertNone();
    }
}
