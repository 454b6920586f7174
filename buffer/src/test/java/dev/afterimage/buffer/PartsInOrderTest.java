package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Parts closed in order")
class PartsInOrderTest {
    private final List<String> order = new ArrayList<>();
    private final PartsInOrder closing = new PartsInOrder();

    private AutoCloseable part(String name) {
        return () -> order.add(name);
    }

    @Test
    @DisplayName("are closed in the order given, those never made left out, and throw nothing where nothing went wrong")
    void order() {
        closing.close(part("log"), null, part("pool"));
        closing.run(() -> order.add("note"));
        closing.close(part("files"));
        closing.throwFirst();
        assertEquals(List.of("log", "pool", "note", "files"), order);
    }

    @Test
    @DisplayName("are all closed whatever is thrown; the first error comes out, with the later ones as suppressed")
    void firstError() {
        IllegalStateException first = new IllegalStateException("first");
        IOException second = new IOException("second");
        AssertionError third = new AssertionError("third");
        closing.run(() -> {
            throw first;
        });
        closing.close(part("log"), () -> {
            throw second;
        }, () -> {
            throw third;
        }, part("files"));
        assertSame(first, assertThrows(IllegalStateException.class, closing::throwFirst));
        assertArrayEquals(new Throwable[] {second, third}, first.getSuppressed());
        assertEquals(List.of("log", "files"), order);
    }

    @Test
    @DisplayName("may all report the same failure")
    void sameFailure() {
        IllegalStateException failure = new IllegalStateException("failed");
        AutoCloseable failing = () -> {
            throw failure;
        };
        closing.close(failing, failing);
        assertSame(failure, assertThrows(IllegalStateException.class, closing::throwFirst));
        assertEquals(0, failure.getSuppressed().length);
    }

    @Test
    @DisplayName("let an error out as it is, and a checked exception as a cause")
    void otherKinds() {
        AssertionError error = new AssertionError("error");
        closing.close(() -> {
            throw error;
        });
        assertSame(error, assertThrows(AssertionError.class, closing::throwFirst));
        IOException checked = new IOException("checked");
        PartsInOrder other = new PartsInOrder();
        other.close(() -> {
            throw checked;
        });
        assertSame(checked, assertThrows(IllegalStateException.class, other::throwFirst).getCause());
    }
}
