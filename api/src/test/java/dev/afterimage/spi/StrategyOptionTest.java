package dev.afterimage.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import dev.afterimage.api.ConfigException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A strategy's options")
class StrategyOptionTest {
    private static final StrategyOption<Long> SIZE = StrategyOption.bytes("max-wal-size", 64L << 20, 1 << 20, 1L << 40, "Size.");
    private static final StrategyOption<Double> TARGET = StrategyOption.fraction("target", 0.9, 0, 1, "Target.");
    private static final StrategyOption<Integer> COUNT = StrategyOption.integer("count", 3, 1, 9, "Count.");
    private static final StrategyOption<Boolean> FLAG = StrategyOption.flag("flag", true, "Flag.");
    private static final StrategyOption<TornPageProtection> CHOICE = StrategyOption.choice("torn", TornPageProtection.DEVICE, "Torn.");

    @ParameterizedTest
    @DisplayName("read amounts of bytes with and without unit")
    @CsvSource({"1048576,1048576", "1 MiB,1048576", "2048KiB,2097152", "1 GiB,1073741824"})
    void bytes(String text, long value) {
        assertEquals(value, SIZE.parse(text));
    }

    @ParameterizedTest
    @DisplayName("refuse what is no amount or out of range, naming option, range and finding")
    @ValueSource(strings = {"", "1", "-5", "1.5 MiB", "1 MB", "999999999999999999 TiB", "2 TiB"})
    void badBytes(String text) {
        ConfigException refused = assertThrows(ConfigException.class, () -> SIZE.parse(text));
        assertEquals("option max-wal-size: expected 1 MiB to 1 TiB, found \"" + text + "\"", refused.getMessage());
    }

    @Test
    @DisplayName("print defaults and ranges the way one would write them")
    void print() {
        assertEquals("64 MiB", SIZE.defaultText());
        assertEquals("device", CHOICE.defaultText());
        assertEquals("full-page-images | doublewrite | copy-on-write | rollback-journal | device", CHOICE.range());
        assertEquals("true or false", FLAG.range());
    }

    @Test
    @DisplayName("take defaults where nothing is given, and what is given elsewhere")
    void resolve() {
        StrategyOptions options = StrategyOptions.of("x", List.of(SIZE, TARGET, COUNT, FLAG, CHOICE),
                Map.of("target", "0.5", "flag", "false", "torn", "doublewrite"));
        assertEquals(64L << 20, options.get(SIZE));
        assertEquals(0.5, options.get(TARGET));
        assertEquals(3, options.get(COUNT));
        assertEquals(false, options.get(FLAG));
        assertEquals(TornPageProtection.DOUBLEWRITE, options.get(CHOICE));
    }

    @Test
    @DisplayName("name those that exist when one is unknown")
    void unknown() {
        ConfigException refused = assertThrows(ConfigException.class, () -> StrategyOptions.of("x", List.of(SIZE, COUNT), Map.of("colour", "blue")));
        assertEquals("strategy x has no option \"colour\"; it has count, max-wal-size", refused.getMessage());
    }

    @ParameterizedTest
    @DisplayName("refuse fractions out of range")
    @ValueSource(strings = {"1.1", "-0.1", "NaN", "x"})
    void badFraction(String text) {
        assertThrows(ConfigException.class, () -> TARGET.parse(text));
    }

    @Test
    @DisplayName("are declared with traits that do not contradict each other")
    void traits() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new StrategyTraits(true, true, false, false,
                TornPageProtection.DEVICE, ChangeDetail.NONE, 0)).getMessage().contains("undo"));
        assertThrows(IllegalArgumentException.class, () -> new StrategyTraits(false, false, false, false, TornPageProtection.DEVICE, ChangeDetail.NONE, 0));
        assertThrows(IllegalArgumentException.class, () -> new StrategyTraits(false, true, false, false, TornPageProtection.DEVICE, ChangeDetail.NONE, 5));
    }
}
