package dev.afterimage.cli;

import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.afterimage.cli.comparison.InputException;
import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.storage.DiskProvider;

/**
 * Third parties' modules, in a layer above the command's own.
 *
 * <p>A layer does what a longer {@code -p} would do, and works however the command was started. A module that the command has already, such as the api in a folder
 * with all that a plug-in needs, is not loaded again: plug-in and engine must mean the same interfaces.
 */
final class PluginModules {
    private static final Set<String> SERVICES = Set.of(RecoveryStrategyProvider.class.getName(), DiskProvider.class.getName());

    private PluginModules() {
    }

    /**
     * Loads the modules at these places that provide strategies or disks, and what they need.
     *
     * @return a loader through which ServiceLoader finds their providers and all that were there before
     * @throws InputException in one line, if there is nothing of use, or something that cannot be used
     */
    static ClassLoader load(List<Path> entries) {
        ModuleLayer own = Optional.ofNullable(Afterimage.class.getModule().getLayer()).orElse(ModuleLayer.boot());
        Map<String, ModuleReference> plugins = plugins(entries, own);
        try {
            Configuration configuration = own.configuration().resolveAndBind(ModuleFinder.of(), ModuleFinder.of(entries.toArray(Path[]::new)), plugins.keySet());
            ModuleLayer layer = own.defineModulesWithOneLoader(configuration, Afterimage.class.getClassLoader());
            ClassLoader loader = layer.findLoader(plugins.keySet().iterator().next());
            requireNamesOnce(loader);
            return loader;
        } catch (FindException e) {
            throw refusal(lacking(e), e);
        } catch (ResolutionException | LayerInstantiationException | ServiceConfigurationError e) {
            throw refusal(String.valueOf(e.getMessage()), e);
        }
    }

    /** The modules to begin with, by name: those that provide what the command looks for and are not part of it. */
    private static Map<String, ModuleReference> plugins(List<Path> entries, ModuleLayer own) {
        Map<String, ModuleReference> plugins = new TreeMap<>();
        Set<String> others = new TreeSet<>();
        Set<String> known = new TreeSet<>();
        for (Path entry : entries) {
            for (ModuleReference module : modulesOf(entry)) {
                String name = module.descriptor().name();
                if (own.findModule(name).isPresent()) {
                    known.add(name);
                } else if (module.descriptor().provides().stream().noneMatch(provides -> SERVICES.contains(provides.service()))) {
                    others.add(name);
                } else {
                    ModuleReference earlier = plugins.put(name, module);
                    if (earlier != null && !earlier.location().equals(module.location())) {
                        throw refusal("two modules are called " + name + ": " + place(earlier) + " and " + place(module) + "; take one off");
                    }
                }
            }
        }
        if (plugins.isEmpty()) {
            throw refusal(text(entries) + ": no plug-in there: expected a module that provides " + String.join(" or ", new TreeSet<>(SERVICES)) + ", found "
                    + found(others, known));
        }
        return plugins;
    }

    private static String found(Set<String> others, Set<String> known) {
        List<String> found = new ArrayList<>(others);
        known.forEach(name -> found.add(name + " (which afterimage has already)"));
        return String.join(", ", found);
    }

    private static Set<ModuleReference> modulesOf(Path entry) {
        if (!Files.exists(entry)) {
            throw refusal(entry + ": no such file or folder");
        }
        Set<ModuleReference> modules;
        try {
            modules = ModuleFinder.of(entry).findAll();
        } catch (FindException e) {
            String cause = e.getCause() == null || e.getCause().getMessage() == null ? "" : ": " + e.getCause().getMessage();
            throw refusal(entry + ": " + e.getMessage() + cause, e);
        }
        if (modules.isEmpty()) {
            throw refusal(entry + ": holds no module: expected a modular jar, a folder of such jars, or a folder with a module-info.class");
        }
        return modules;
    }

    /** Two strategies of one name would leave it to chance which is tested; the engine refuses that too, but not before a store is opened. */
    private static void requireNamesOnce(ClassLoader loader) {
        Map<String, RecoveryStrategyProvider> byName = new TreeMap<>();
        for (RecoveryStrategyProvider provider : ServiceLoader.load(RecoveryStrategyProvider.class, loader)) {
            RecoveryStrategyProvider earlier = byName.put(String.valueOf(provider.name()), provider);
            if (earlier != null) {
                throw refusal("two strategies are called \"" + provider.name() + "\": " + origin(earlier) + " and " + origin(provider) + "; take one off");
            }
        }
    }

    private static String origin(RecoveryStrategyProvider provider) {
        return provider.getClass().getName() + " of " + provider.getClass().getModule().getName();
    }

    /** Where a module comes from, as a path where it is one. */
    private static String place(ModuleReference module) {
        return module.location().filter(location -> "file".equals(location.getScheme())).map(Path::of).map(Path::toString)
                .orElseGet(() -> module.location().map(URI::toString).orElse("?"));
    }

    /** What cannot be resolved; a part of the JDK is missing only because nothing else here needs it. */
    private static String lacking(FindException e) {
        String message = String.valueOf(e.getMessage());
        return ModuleFinder.ofSystem().findAll().stream().map(module -> module.descriptor().name()).filter(name -> message.startsWith("Module " + name + " not found")).findFirst()
                .map(name -> message + "; start Java with --add-modules " + name).orElse(message);
    }

    private static String text(List<Path> entries) {
        return entries.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private static InputException refusal(String why) {
        return new InputException("--module-path: " + why);
    }

    private static InputException refusal(String why, Throwable cause) {
        return new InputException("--module-path: " + why, cause);
    }
}
