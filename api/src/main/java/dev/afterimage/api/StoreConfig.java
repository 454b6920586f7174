package dev.afterimage.api;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where a store is and how it is opened; immutable.
 *
 * <pre>{@code
 * StoreConfig config = StoreConfig.at(Path.of("ledger"))
 *         .strategy("shadow-paging")
 *         .cacheBytes(256 << 20)
 *         .build();
 * }</pre>
 *
 * <p>A properties file holds the same settings under {@code afterimage.location}, {@code afterimage.strategy}, {@code afterimage.page-size},
 * {@code afterimage.cache-bytes}, {@code afterimage.durability}, {@code afterimage.relaxed-window-millis}, {@code afterimage.lock-timeout-millis},
 * {@code afterimage.open-mode}, and a strategy's own options under {@code afterimage.option.NAME}.
 */
public final class StoreConfig {
    /** The system property that names a strategy where the code names none. */
    public static final String STRATEGY_PROPERTY = "afterimage.strategy";
    /** Smallest page size, in bytes. */
    public static final int PAGE_SIZE_MIN = 4 << 10;
    /** Largest page size, in bytes. */
    public static final int PAGE_SIZE_MAX = 64 << 10;
    /** Page size where none is given, in bytes. */
    public static final int PAGE_SIZE_DEFAULT = 8 << 10;
    /** Fewest pages a cache holds. */
    public static final int CACHE_PAGES_MIN = 16;

    private final String location;
    private final Optional<String> strategy;
    private final Optional<Integer> pageSize;
    private final long cacheBytes;
    private final Durability durability;
    private final Duration relaxedWindow;
    private final Duration lockTimeout;
    private final OpenMode openMode;
    private final Map<String, String> options;
    private final StoreListener listener;

    private StoreConfig(Builder builder) {
        location = builder.location;
        strategy = Optional.ofNullable(builder.strategy);
        pageSize = Optional.ofNullable(builder.pageSize);
        cacheBytes = builder.cacheBytes;
        durability = builder.durability;
        relaxedWindow = builder.relaxedWindow;
        lockTimeout = builder.lockTimeout;
        openMode = builder.openMode;
        options = Map.copyOf(builder.options);
        listener = builder.listener;
    }

    /** What to do where there is, or is no, store. */
    public enum OpenMode {
        /** Open it, or make it. */
        OPEN_OR_CREATE,
        /** Open it; {@link StoreMissingException} where there is none. */
        OPEN,
        /** Make it; {@link StoreMissingException} where there is one. */
        CREATE
    }

    /** Settings for a store in that folder. */
    public static Builder at(Path folder) {
        return at("file:" + folder);
    }

    /** Settings for a store at {@code scheme:rest}, for example {@code file:ledger} or {@code memory:scratch}. */
    public static Builder at(String location) {
        return new Builder(location);
    }

    /**
     * Settings from a properties file.
     *
     * @throws ConfigException if it cannot be read, holds an unknown setting, or a value out of range
     */
    public static Builder fromProperties(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(file + ": cannot be read as a properties file: " + e.getMessage(), e);
        }
        return fromProperties(properties, file.toString());
    }

    /**
     * Settings from properties.
     *
     * @param source where they come from, for messages
     * @throws ConfigException if there is an unknown setting, or a value out of range
     */
    public static Builder fromProperties(Properties properties, String source) {
        return StoreConfigProperties.read(properties, source);
    }

    /** Where the store is: {@code scheme:rest}. */
    public String location() {
        return location;
    }

    /** The strategy asked for, if one was. */
    public Optional<String> strategy() {
        return strategy;
    }

    /** The page size asked for, in bytes, if one was; an existing store keeps its own and refuses another. */
    public Optional<Integer> pageSize() {
        return pageSize;
    }

    /** Memory for pages, in bytes. */
    public long cacheBytes() {
        return cacheBytes;
    }

    /** The level commits wait for where a transaction says nothing else. */
    public Durability durability() {
        return durability;
    }

    /** Longest time for which a commit that did not wait may be lost by a crash. */
    public Duration relaxedWindow() {
        return relaxedWindow;
    }

    /** Longest wait for a page lock. */
    public Duration lockTimeout() {
        return lockTimeout;
    }

    /** What to do where there is, or is no, store. */
    public OpenMode openMode() {
        return openMode;
    }

    /** The strategy's own options as given: name to value. */
    public Map<String, String> options() {
        return options;
    }

    /** Who hears what the store does on its own. */
    public StoreListener listener() {
        return listener;
    }

    /** Collects settings; not for several threads. */
    public static final class Builder {
        private final String location;
        private String strategy;
        private Integer pageSize;
        private long cacheBytes = 64L << 20;
        private Durability durability = Durability.POWER_SAFE;
        private Duration relaxedWindow = Duration.ofMillis(200);
        private Duration lockTimeout = Duration.ofSeconds(10);
        private OpenMode openMode = OpenMode.OPEN_OR_CREATE;
        private final Map<String, String> options = new TreeMap<>();
        private StoreListener listener = StoreListener.NONE;

        private Builder(String location) {
            this.location = Objects.requireNonNull(location, "location");
        }

        /** Chooses the strategy. */
        public Builder strategy(String name) {
            strategy = Objects.requireNonNull(name);
            return this;
        }

        /** Size of a page in bytes, for a new store: 4, 8 (default), 16, 32 or 64 KiB. */
        public Builder pageSize(int bytes) {
            if (bytes < PAGE_SIZE_MIN || bytes > PAGE_SIZE_MAX || Integer.bitCount(bytes) != 1) {
                throw new ConfigException("page size: expected 4096, 8192, 16384, 32768 or 65536 bytes, found " + bytes);
            }
            pageSize = bytes;
            return this;
        }

        /** Memory for pages, in bytes: at least {@value StoreConfig#CACHE_PAGES_MIN} pages; 64 MiB by default. */
        public Builder cacheBytes(long bytes) {
            if (bytes < (long) CACHE_PAGES_MIN * PAGE_SIZE_MIN) {
                throw new ConfigException("cache: expected at least " + CACHE_PAGES_MIN + " pages of the store's page size, found " + bytes + " bytes");
            }
            cacheBytes = bytes;
            return this;
        }

        /** The level commits wait for; {@link Durability#POWER_SAFE} by default. */
        public Builder durability(Durability level) {
            durability = Objects.requireNonNull(level);
            return this;
        }

        /** Longest time for which a commit that did not wait may be lost: 1 ms to 1 minute, 200 ms by default. */
        public Builder relaxedWindow(Duration window) {
            if (window.compareTo(Duration.ofMillis(1)) < 0 || window.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new ConfigException("relaxed window: expected 1 ms to 60,000 ms, found " + window.toMillis() + " ms");
            }
            relaxedWindow = window;
            return this;
        }

        /** Longest wait for a page lock: zero (do not wait) to 1 hour, 10 seconds by default. */
        public Builder lockTimeout(Duration timeout) {
            if (timeout.isNegative() || timeout.compareTo(Duration.ofHours(1)) > 0) {
                throw new ConfigException("lock time-out: expected 0 to 3,600,000 ms, found " + timeout.toMillis() + " ms");
            }
            lockTimeout = timeout;
            return this;
        }

        /** What to do where there is, or is no, store; {@link OpenMode#OPEN_OR_CREATE} by default. */
        public Builder openMode(OpenMode mode) {
            openMode = Objects.requireNonNull(mode);
            return this;
        }

        /** Sets one of the strategy's own options, for example {@code max-wal-size} to {@code 256 MiB}; checked when the store is opened. */
        public Builder option(String name, String value) {
            options.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
            return this;
        }

        /** Who hears what the store does on its own. */
        public Builder listener(StoreListener hears) {
            listener = Objects.requireNonNull(hears);
            return this;
        }

        /** The settings, checked. */
        public StoreConfig build() {
            return new StoreConfig(this);
        }
    }
}
