package dev.afterimage.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A store's settings")
class StoreConfigTest {
    @Test
    @DisplayName("have defaults that lose nothing")
    void defaults() {
        StoreConfig config = StoreConfig.at(Path.of("ledger")).build();
        assertEquals("file:ledger", config.location());
        assertEquals(Optional.empty(), config.strategy());
        assertEquals(Durability.POWER_SAFE, config.durability());
        assertEquals(StoreConfig.OpenMode.OPEN_OR_CREATE, config.openMode());
    }

    @Test
    @DisplayName("can be read from a properties file, the strategy's own options among them")
    void properties(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("store.properties"), """
                afterimage.location = memory:scratch
                afterimage.strategy = postgres-style
                afterimage.page-size = 16384
                afterimage.cache-bytes = 1_048_576
                afterimage.durability = process-safe
                afterimage.relaxed-window-millis = 50
                afterimage.lock-timeout-millis = 0
                afterimage.open-mode = open
                afterimage.option.max-wal-size = 32 MiB
                """);
        StoreConfig config = StoreConfig.fromProperties(file).build();
        assertEquals("memory:scratch", config.location());
        assertEquals(Optional.of("postgres-style"), config.strategy());
        assertEquals(Optional.of(16384), config.pageSize());
        assertEquals(1 << 20, config.cacheBytes());
        assertEquals(Durability.PROCESS_SAFE, config.durability());
        assertEquals(Duration.ofMillis(50), config.relaxedWindow());
        assertEquals(Duration.ZERO, config.lockTimeout());
        assertEquals(StoreConfig.OpenMode.OPEN, config.openMode());
        assertEquals(Map.of("max-wal-size", "32 MiB"), config.options());
    }

    @ParameterizedTest(name = "{0} = {1}")
    @DisplayName("name source, key, expectation and finding when a property is wrong")
    @CsvSource(delimiter = '|', textBlock = """
            page-size             | 5000   | expected 4096, 8192, 16384, 32768 or 65536 bytes, found 5000
            page-size             | 99999999999 | integer overflow
            cache-bytes           | lots   | expected a whole number, found "lots"
            durability            | maybe  | expected one of [POWER_SAFE, PROCESS_SAFE, RELAXED], found "maybe"
            relaxed-window-millis | 0      | expected 1 ms to 60,000 ms, found 0 ms
            colour                | blue   | unknown setting
            """)
    void wrongProperty(String key, String value, String complaint) {
        Properties properties = new Properties();
        properties.setProperty("afterimage.location", "memory:x");
        properties.setProperty("afterimage." + key, value);
        ConfigException refused = assertThrows(ConfigException.class, () -> StoreConfig.fromProperties(properties, "here"));
        assertTrue(refused.getMessage().startsWith("here: afterimage." + key + ": "), refused.getMessage());
        assertTrue(refused.getMessage().contains(complaint), refused.getMessage());
    }

    @Test
    @DisplayName("need a location")
    void noLocation() {
        assertThrows(ConfigException.class, () -> StoreConfig.fromProperties(new Properties(), "here"));
    }

    @ParameterizedTest
    @DisplayName("refuse page sizes that are no power of two between 4 and 64 KiB")
    @ValueSource(ints = {0, -8192, 2048, 12288, 131072})
    void pageSizes(int bytes) {
        StoreConfig.Builder builder = StoreConfig.at("memory:x");
        assertThrows(ConfigException.class, () -> builder.pageSize(bytes));
    }

    @Test
    @DisplayName("say which module is missing when no engine is there")
    void noEngine() {
        IllegalStateException refused = assertThrows(IllegalStateException.class,
                () -> PageStores.open(StoreConfig.at("memory:x").build()));
        assertTrue(refused.getMessage().contains("dev.afterimage.engine"), refused.getMessage());
    }

    @Test
    @DisplayName("are tested as a named module")
    void named() {
        assertTrue(StoreConfig.class.getModule().isNamed());
    }
}
