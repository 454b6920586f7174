package dev.afterimage.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The pool of direct buffers")
class DirectBuffersTest {

    @Test
    @DisplayName("gives a returned buffer out again, cleared and little-endian")
    void reuse() {
        DirectBuffers buffers = new DirectBuffers(512);
        ByteBuffer first = buffers.take();
        assertTrue(first.isDirect());
        first.order(ByteOrder.BIG_ENDIAN).position(100).limit(200);
        buffers.give(first);
        ByteBuffer second = buffers.take();
        assertSame(first, second);
        assertEquals(0, second.position());
        assertEquals(512, second.limit());
        assertEquals(ByteOrder.LITTLE_ENDIAN, second.order());
        assertNotSame(second, buffers.take());
    }

    @Test
    @DisplayName("takes back only what can be its own, and that only once")
    void foreignBuffers() {
        DirectBuffers buffers = new DirectBuffers(512);
        assertThrows(IllegalArgumentException.class, () -> buffers.give(ByteBuffer.allocate(512)));
        assertThrows(IllegalArgumentException.class, () -> buffers.give(ByteBuffer.allocateDirect(511)));
        assertThrows(IllegalArgumentException.class, () -> buffers.give(ByteBuffer.allocateDirect(512).asReadOnlyBuffer()));
        assertThrows(IllegalArgumentException.class, () -> new DirectBuffers(0));
        ByteBuffer own = buffers.take();
        buffers.give(own);
        assertThrows(AssertionError.class, () -> buffers.give(own));
    }

    @Test
    @DisplayName("never gives one buffer to two threads at once")
    void exclusive() throws Exception {
        DirectBuffers buffers = new DirectBuffers(8);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> runs = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                long mark = t;
                Callable<Void> run = () -> {
                    for (int i = 0; i < 50_000; i++) {
                        ByteBuffer buffer = buffers.take();
                        buffer.putLong(0, mark << 32 | i);
                        Thread.onSpinWait();
                        assertEquals(mark << 32 | i, buffer.getLong(0));
                        buffers.give(buffer);
                    }
                    return null;
                };
                runs.add(threads.submit(run));
            }
            for (Future<Void> run : runs) {
                run.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
