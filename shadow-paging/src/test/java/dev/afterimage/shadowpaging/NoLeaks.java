package dev.afterimage.shadowpaging;

import dev.afterimage.memory.MemoryLeaks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Has each test fail that leaves memory behind. */
interface NoLeaks {
    @BeforeAll
    static void trace() {
        MemoryLeaks.startTracing();
    }

    @AfterEach
    default void noLeak() {
        MemoryLeaks.assertNone();
    }
}
