package dev.afterimage.spi;

import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.afterimage.api.ConfigException;

/**
 * A typed knob of a strategy.
 *
 * @param <T> the type of its values
 */
public final class StrategyOption<T> {
    private static final Pattern BYTES = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB|TiB)?");

    private final String name;
    private final T defaultValue;
    private final String range;
    private final String description;
    private final Function<String, T> parser;
    private final Function<T, String> printer;

    private StrategyOption(String name, T defaultValue, String range, String description, Function<String, T> parser, Function<T, String> printer) {
        this.name = name;
        this.defaultValue = defaultValue;
        this.range = range;
        this.description = description;
        this.parser = parser;
        this.printer = printer;
    }

    /** An amount of bytes, written as {@code 1048576}, {@code 64 KiB}, {@code 16MiB}. */
    public static StrategyOption<Long> bytes(String name, long defaultValue, long min, long max, String description) {
        return new StrategyOption<>(name, defaultValue, printBytes(min) + " to " + printBytes(max), description,
                text -> inRange(parseBytes(text), min, max), StrategyOption::printBytes);
    }

    /** A whole number. */
    public static StrategyOption<Integer> integer(String name, int defaultValue, int min, int max, String description) {
        return new StrategyOption<>(name, defaultValue, min + " to " + max, description,
                text -> (int) inRange(Long.parseLong(text), min, max), String::valueOf);
    }

    /** A fraction. */
    public static StrategyOption<Double> fraction(String name, double defaultValue, double min, double max, String description) {
        return new StrategyOption<>(name, defaultValue, min + " to " + max, description, text -> {
            double value = Double.parseDouble(text);
            if (!(value >= min && value <= max)) {
                throw new IllegalArgumentException(text);
            }
            return value;
        }, String::valueOf);
    }

    /** {@code true} or {@code false}. */
    public static StrategyOption<Boolean> flag(String name, boolean defaultValue, String description) {
        return new StrategyOption<>(name, defaultValue, "true or false", description, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        }, String::valueOf);
    }

    /** One of an enum's constants, written in lower case with hyphens. */
    public static <E extends Enum<E>> StrategyOption<E> choice(String name, E defaultValue, String description) {
        E[] constants = defaultValue.getDeclaringClass().getEnumConstants();
        StringBuilder range = new StringBuilder();
        for (E constant : constants) {
            range.append(range.length() == 0 ? "" : " | ").append(printChoice(constant));
        }
        return new StrategyOption<>(name, defaultValue, range.toString(), description, text -> {
            for (E constant : constants) {
                if (printChoice(constant).equals(text)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException(text);
        }, StrategyOption::printChoice);
    }

    /** What it is called: lower case, words joined by hyphens. */
    public String name() {
        return name;
    }

    /** Its value where none is given. */
    public T defaultValue() {
        return defaultValue;
    }

    /** Its default as one would write it. */
    public String defaultText() {
        return printer.apply(defaultValue);
    }

    /** The values it takes, for people to read. */
    public String range() {
        return range;
    }

    /** One sentence. */
    public String description() {
        return description;
    }

    /**
     * Reads a value.
     *
     * @throws ConfigException naming the option, the range and what was found
     */
    public T parse(String text) {
        try {
            return parser.apply(text.strip());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("option " + name + ": expected " + range + ", found \"" + text + "\"", e);
        }
    }

    @Override
    public String toString() {
        return name + " = " + defaultText() + " (" + range + "): " + description;
    }

    private static long inRange(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(Long.toString(value));
        }
        return value;
    }

    private static long parseBytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = 10 * "BKMGT".indexOf(unit.charAt(0));
        long value = Long.parseLong(matcher.group(1));
        if (value > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException(text);
        }
        return value << shift;
    }

    private static String printBytes(long value) {
        String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        while (unit < units.length - 1 && value != 0 && value % 1024 == 0) {
            value /= 1024;
            unit++;
        }
        return value + (unit == 0 ? "" : " " + units[unit]);
    }

    private static String printChoice(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
