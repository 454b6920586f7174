package dev.afterimage.spitests.faults;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.afterimage.spi.RecoveryStrategyProvider;

/** Makes a strategy with a fault in it out of the sources as they are. */
final class FaultyBuild {
    private final Class<? extends RecoveryStrategyProvider> provider;
    private final Set<String> packages;
    private final Path modules;
    private final SourceCompiler compiler = new SourceCompiler();

    /**
     * Ready to build.
     *
     * @param provider the strategy's provider, as it is
     * @param packagesBeneath what is loaded anew besides its own package
     * @param modules the folder in which the Maven modules lie
     */
    FaultyBuild(Class<? extends RecoveryStrategyProvider> provider, Set<String> packagesBeneath, Path modules) {
        this.provider = provider;
        this.packages = new TreeSet<>(packagesBeneath);
        packages.add(provider.getPackageName());
        this.modules = modules;
    }

    /** The folder above the module whose tests run: Maven says where that is, and otherwise they are started there. */
    static Path modulesHere() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    }

    /** The strategy with that fault. */
    RecoveryStrategyProvider with(SeededFault fault) {
        return load(compiler.compile(sources(fault.patches())));
    }

    /** The strategy as it is, loaded like a faulty one. */
    RecoveryStrategyProvider withoutFault() {
        return load(Map.of());
    }

    private Map<String, String> sources(List<Patch> patches) {
        Map<String, String> sources = new LinkedHashMap<>();
        for (Patch patch : patches) {
            String type = patch.type();
            if (!packages.contains(type.substring(0, type.lastIndexOf('.')))) {
                throw new IllegalArgumentException("a fault in " + type + ": expected a class of " + packages);
            }
            sources.put(type, patch.applyTo(sources.containsKey(type) ? sources.get(type) : read(patch)));
        }
        return sources;
    }

    private String read(Patch patch) {
        Path file = modules.resolve(patch.module()).resolve("src/main/java").resolve(patch.file());
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException("expected the source of " + patch.type() + " in module " + patch.module() + ", found none: " + e, e);
        }
    }

    private RecoveryStrategyProvider load(Map<String, byte[]> changed) {
        try {
            Class<?> loaded = new FaultyLoader(provider.getClassLoader(), packages, changed).loadClass(provider.getName());
            Constructor<?> constructor = loaded.getDeclaredConstructor();
            constructor.setAccessible(true);
            return (RecoveryStrategyProvider) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot load " + provider.getName() + " anew: " + e, e);
        }
    }
}
