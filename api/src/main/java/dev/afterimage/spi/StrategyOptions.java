package dev.afterimage.spi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.afterimage.api.ConfigException;

/** A strategy's options with their values, checked. */
public final class StrategyOptions {
    private final Map<StrategyOption<?>, Object> values;

    private StrategyOptions(Map<StrategyOption<?>, Object> values) {
        this.values = values;
    }

    /**
     * Reads what was given and takes defaults for the rest.
     *
     * @param strategy the strategy's name, for messages
     * @throws ConfigException if an option is unknown or its value out of range
     */
    public static StrategyOptions of(String strategy, List<StrategyOption<?>> known, Map<String, String> given) {
        Map<StrategyOption<?>, Object> values = new HashMap<>();
        TreeSet<String> unknown = new TreeSet<>(given.keySet());
        for (StrategyOption<?> option : known) {
            String text = given.get(option.name());
            values.put(option, text == null ? option.defaultValue() : option.parse(text));
            unknown.remove(option.name());
        }
        if (!unknown.isEmpty()) {
            throw new ConfigException("strategy " + strategy + " has no option \"" + unknown.first() + "\"; it has "
                    + (known.isEmpty() ? "none" : known.stream().map(StrategyOption::name).sorted().collect(Collectors.joining(", "))));
        }
        return new StrategyOptions(values);
    }

    /** The value of one of the strategy's options. */
    @SuppressWarnings("unchecked") // values holds for each option a value that this very option parsed
    public <T> T get(StrategyOption<T> option) {
        Object value = values.get(option);
        if (value == null) {
            throw new IllegalArgumentException("the strategy does not list the option " + option.name());
        }
        return (T) value;
    }
}
