package dev.afterimage.api;

import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;

/** Reads settings from properties; each complaint names the source, the key, what was expected and what was found. */
final class StoreConfigProperties {
    private static final String PREFIX = "afterimage.";
    private static final String OPTION_PREFIX = PREFIX + "option.";

    private final String source;

    private StoreConfigProperties(String source) {
        this.source = source;
    }

    static StoreConfig.Builder read(Properties properties, String source) {
        String location = properties.getProperty(PREFIX + "location");
        if (location == null) {
            throw new ConfigException(source + ": expected the setting afterimage.location, for example file:ledger, found none");
        }
        StoreConfigProperties reader = new StoreConfigProperties(source);
        StoreConfig.Builder builder = StoreConfig.at(location.strip());
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            reader.apply(builder, key, properties.getProperty(key).strip());
        }
        return builder;
    }

    private void apply(StoreConfig.Builder builder, String key, String value) {
        if (key.startsWith(OPTION_PREFIX)) {
            builder.option(key.substring(OPTION_PREFIX.length()), value);
            return;
        }
        try {
            switch (key) {
                case "afterimage.location" -> { }
                case "afterimage.strategy" -> builder.strategy(value);
                case "afterimage.page-size" -> builder.pageSize(Math.toIntExact(number(key, value)));
                case "afterimage.cache-bytes" -> builder.cacheBytes(number(key, value));
                case "afterimage.durability" -> builder.durability(choice(key, value, Durability.class));
                case "afterimage.relaxed-window-millis" -> builder.relaxedWindow(Duration.ofMillis(number(key, value)));
                case "afterimage.lock-timeout-millis" -> builder.lockTimeout(Duration.ofMillis(number(key, value)));
                case "afterimage.open-mode" -> builder.openMode(choice(key, value, StoreConfig.OpenMode.class));
                default -> throw new ConfigException("unknown setting; known are afterimage.location, .strategy, .page-size, .cache-bytes,"
                        + " .durability, .relaxed-window-millis, .lock-timeout-millis, .open-mode and .option.NAME");
            }
        } catch (ConfigException | ArithmeticException e) {
            throw new ConfigException(source + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private static long number(String key, String value) {
        try {
            return Long.parseLong(value.replace("_", ""));
        } catch (NumberFormatException e) {
            throw new ConfigException("expected a whole number, found \"" + value + "\"", e);
        }
    }

    private static <E extends Enum<E>> E choice(String key, String value, Class<E> type) {
        String name = value.toUpperCase(Locale.ROOT).replace('-', '_');
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        throw new ConfigException("expected one of " + java.util.Arrays.toString(type.getEnumConstants()) + ", found \"" + value + "\"");
    }
}
