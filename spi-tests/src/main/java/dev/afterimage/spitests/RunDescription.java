package dev.afterimage.spitests;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StrategyTraits;
import dev.afterimage.spitests.check.Effort;
import dev.afterimage.spitests.play.StoreUnderTest;

/**
 * What was tested, and how: the head of a report.
 *
 * @param strategy the strategy's name
 * @param description what it says of itself, in a sentence
 * @param traits what it declares, in words
 * @param facts everything else a reader may want to know, by name, in order
 * @param date when the run began to be described
 */
public record RunDescription(String strategy, String description, String traits, Map<String, String> facts, Instant date) {
    /** Copies the facts, in their order. */
    public RunDescription {
        facts = new LinkedHashMap<>(facts);
    }

    /** Everything else a reader may want to know, by name, in order. */
    @Override
    public Map<String, String> facts() {
        return new LinkedHashMap<>(facts);
    }

    /** Of a run of this test class, with what the system properties ask for. */
    public static RunDescription of(RecoveryStrategyConformance kit) {
        StoreUnderTest subject = kit.subject();
        RecoveryStrategyProvider strategy = subject.strategy();
        Effort effort = Effort.requested();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("effort", effort.profile().title());
        facts.put("seed", Long.toString(effort.seed()));
        facts.put("page size", String.format(Locale.ROOT, "%,d bytes", subject.pageSize()));
        facts.put("cache", String.format(Locale.ROOT, "%,d pages", subject.cachePages()));
        facts.put("options", subject.options().isEmpty() ? "as they are by default"
                : subject.options().entrySet().stream().map(option -> option.getKey() + " = " + option.getValue()).collect(Collectors.joining(", ")));
        facts.put("kit", version(RunDescription.class));
        facts.put("plug-in", version(strategy.getClass()));
        facts.put("Java", System.getProperty("java.version") + " on " + System.getProperty("os.name") + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        return new RunDescription(strategy.name(), strategy.description(), words(strategy.traits()), facts, Instant.now());
    }

    private static String words(StrategyTraits traits) {
        return (traits.steal() ? "steal" : "no steal") + ", " + (traits.force() ? "force" : "no force") + "; " + (traits.redo() ? "redo" : "no redo") + ", " + (traits.undo() ? "undo" : "no undo")
                + "; torn pages: " + traits.tornPageProtection().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (traits.optional().isEmpty() ? "" : "; " + traits.optional().stream().map(trait -> trait.name().toLowerCase(Locale.ROOT).replace('_', ' ')).collect(Collectors.joining(", ")));
    }

    /** The module and its version where there are such, else what the jar says of itself. */
    private static String version(Class<?> type) {
        Module module = type.getModule();
        Optional<String> version = module.isNamed() ? module.getDescriptor().rawVersion() : Optional.ofNullable(type.getPackage().getImplementationVersion());
        return (module.isNamed() ? module.getName() : type.getName() + " on the class path") + version.map(number -> " " + number).orElse("");
    }
}
