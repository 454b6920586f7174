package dev.afterimage.cli.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The system properties by which the kit is told what to do; set for as long as it runs, and put back afterwards. */
public final class KitSettings {
    private final Map<String, String> properties = new LinkedHashMap<>();

    /** None yet. */
    public KitSettings() {
    }

    /** Sets one. */
    public KitSettings with(String property, String value) {
        properties.put(property, value);
        return this;
    }

    /** Does something while they are set. */
    public <T> T during(Supplier<T> work) {
        Map<String, String> before = new LinkedHashMap<>();
        properties.keySet().forEach(property -> before.put(property, System.getProperty(property)));
        try {
            properties.forEach(System::setProperty);
            return work.get();
        } finally {
            before.forEach((property, value) -> {
                if (value == null) {
                    System.clearProperty(property);
                } else {
                    System.setProperty(property, value);
                }
            });
        }
    }
}
