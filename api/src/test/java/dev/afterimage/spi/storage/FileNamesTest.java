package dev.afterimage.spi.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The names of files")
class FileNamesTest {
    @Test
    @DisplayName("are 1 to 100 of a-z, 0-9, dot and hyphen, beginning with a letter or digit")
    void legal() {
        for (String name : List.of("a", "0", "pages", "log-0001.segment", "a..b", "9-", "x".repeat(100))) {
            assertTrue(FileNames.isLegal(name), name);
            assertEquals(name, FileNames.check(name));
        }
        for (String name : List.of("", ".", "..", ".lock", "-a", "A", "aB", "a/b", "a\\b", "a b", "a_b", "a\n", "\u00e4", "x".repeat(101))) {
            assertFalse(FileNames.isLegal(name), name);
            String message = assertThrows(IllegalArgumentException.class, () -> FileNames.check(name)).getMessage();
            assertTrue(message.endsWith("found \"" + name + "\""), message);
        }
    }
}
