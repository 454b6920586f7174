package dev.afterimage.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The arrows and the names that ARCHITECTURE.md promises, held against the compiled modules of this build. */
@DisplayName("The architecture")
class ArchitectureTest {
    private static final String OURS = "dev.afterimage.";
    private static final Set<String> FOUNDATION = Set.of("api", "memory", "wal", "buffer");

    private static Map<String, ModuleDescriptor> modules;
    private static JavaClasses classes;

    @BeforeAll
    static void read() throws IOException {
        List<Path> folders;
        try (Stream<Path> siblings = folders()) {
            folders = siblings.map(folder -> folder.resolve("target/classes")).filter(folder -> Files.exists(folder.resolve("module-info.class")))
                    .toList();
        }
        modules = ModuleFinder.of(folders.toArray(Path[]::new)).findAll().stream().map(ModuleReference::descriptor)
                .collect(Collectors.toMap(descriptor -> descriptor.name().substring(OURS.length()), descriptor -> descriptor, (a, b) -> a, TreeMap::new));
        classes = new ClassFileImporter().importPaths(folders);
    }

    /** The folders beside this one, and the plug-in among the examples. The template for plug-ins is built when it is copied. */
    private static Stream<Path> folders() throws IOException {
        return Stream.concat(Files.list(Path.of("..")), Stream.of(Path.of("../examples/rollback-journal")));
    }

    @Test
    @DisplayName("What a module provides, its jar provides on the class path as well")
    void providersAreFoundOnTheClassPath() throws IOException {
        try (Stream<Path> siblings = folders()) {
            for (Path compiled : siblings.map(folder -> folder.resolve("target/classes")).filter(folder -> Files.exists(folder.resolve("module-info.class"))).toList()) {
                for (ModuleDescriptor.Provides provides : ModuleFinder.of(compiled).findAll().iterator().next().descriptor().provides()) {
                    Path listed = compiled.resolve("META-INF").resolve("services").resolve(provides.service());
                    assertTrue(Files.exists(listed), () -> "expected " + listed);
                    assertEquals(provides.providers(), Files.readAllLines(listed), listed::toString);
                }
            }
        }
    }

    @Test
    @DisplayName("Every folder with sources is a module, found and named")
    void everyFolderIsAModule() throws IOException {
        try (Stream<Path> siblings = folders()) {
            // Examples and benchmarks are built after the command; here they are looked at if an earlier build left them.
            long sources = siblings.filter(folder -> Files.isDirectory(folder.resolve("src/main/java")) && !folder.endsWith("examples") && !folder.endsWith("bench")).count();
            long found = modules.keySet().stream().filter(name -> !Set.of("examples", "bench").contains(name)).count();
            assertEquals(sources, found, () -> "found only " + modules.keySet());
        }
    }

    @Test
    @DisplayName("Each module requires only what its place in the folder table allows")
    void arrows() {
        Map<String, Set<String>> allowed = new TreeMap<>(Map.of(
                "api", Set.of(),
                "memory", Set.of("api"),
                "storage", Set.of("api", "memory"),
                "wal", Set.of("api", "memory"),
                "buffer", Set.of("api", "memory"),
                "engine", Set.of("api", "memory"),
                "spitests", Set.of("api"),
                "cli", Set.of("api", "spitests"),
                "examples", Set.of("api"),
                "bench", Set.of("api", "wal", "buffer", "memory", "cli")));
        modules.keySet().stream().filter(ArchitectureTest::isStrategy).forEach(strategy -> allowed.put(strategy, FOUNDATION));
        // The plug-in of a third party has what every third party has.
        allowed.put("examples.rollbackjournal", Set.of("api"));
        modules.forEach((name, descriptor) -> {
            Set<String> taken = ours(descriptor);
            taken.removeAll(allowed.getOrDefault(name, Set.of()));
            assertTrue(taken.isEmpty(), () -> "the module " + name + " requires " + taken + ", which its place does not allow");
        });
    }

    @Test
    @DisplayName("Shadow paging, which has no log, requires no wal")
    void shadowPagingHasNoLog() {
        assertFalse(ours(modules.get("shadowpaging")).contains("wal"));
    }

    @Test
    @DisplayName("The plug-in among the examples is one, stands on the api alone, and is in nobody's default list")
    void pluginOfAThirdParty() {
        assertTrue(isStrategy("examples.rollbackjournal"));
        assertEquals(Set.of("api"), ours(modules.get("examples.rollbackjournal")));
        assertTrue(ModuleLayer.boot().findModule("dev.afterimage.examples.rollbackjournal").isEmpty());
        noClasses().that().resideInAPackage("dev.afterimage.examples.rollbackjournal..").should().dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage("dev.afterimage..").and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(
                        "dev.afterimage.api..", "dev.afterimage.spi..", "dev.afterimage.examples.rollbackjournal..")))).check(classes);
    }

    @Test
    @DisplayName("Strategies, storage and engine export nothing: ServiceLoader is the only door")
    void onlyDoor() {
        modules.forEach((name, descriptor) -> {
            if (isStrategy(name) || Set.of("storage", "engine").contains(name)) {
                assertTrue(descriptor.exports().isEmpty(), () -> "the module " + name + " exports " + descriptor.exports());
            }
        });
    }

    @Test
    @DisplayName("The command exports what the harness of the benchmarks provides and answers with, and nothing else")
    void doorOfTheBenchmarks() {
        assertEquals(Set.of("dev.afterimage.cli.benchmark"), modules.get("cli").exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
    }

    @Test
    @DisplayName("Only the module memory knows Chronicle Bytes")
    void onlyMemoryKnowsChronicle() {
        noClasses().that().resideOutsideOfPackage("dev.afterimage.memory..").should().dependOnClassesThat().resideInAnyPackage("net.openhft..")
                .check(classes);
    }

    @Test
    @DisplayName("What you call stands on nothing, the disk beneath stands on nothing, what you implement stands on both")
    void packagesOfApi() {
        noClasses().that().resideInAPackage("dev.afterimage.api").should().dependOnClassesThat().resideInAPackage("dev.afterimage.spi..")
                .check(classes);
        noClasses().that().resideInAPackage("dev.afterimage.spi.storage").should().dependOnClassesThat()
                .resideInAnyPackage("dev.afterimage.api", "dev.afterimage.spi").check(classes);
        SlicesRuleDefinition.slices().matching("dev.afterimage.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    @DisplayName("No class is called Impl, Util, Manager, Helper or Base")
    void names() {
        for (JavaClass type : classes) {
            assertFalse(type.getSimpleName().matches(".*(Impl|Utils?|Manager|Helper|Base)"), () -> type.getName() + " needs a name that says what it is");
        }
    }

    @Test
    @DisplayName("Only the command, the examples and the benchmarks write to standard output")
    void standardOutput() {
        noClasses().that().resideOutsideOfPackages("dev.afterimage.cli..", "dev.afterimage.examples..", "dev.afterimage.spitests..", "dev.afterimage.bench..")
                .should().accessField(System.class, "out").check(classes);
    }

    @Test
    @DisplayName("A strategy has no clock, thread or random source but the context's (N1)")
    void strategiesAreDeterministic() {
        noClasses().that().resideInAnyPackage("dev.afterimage.postgresstyle..", "dev.afterimage.shadowpaging..", "dev.afterimage.wal..",
                "dev.afterimage.buffer..", "dev.afterimage.examples.rollbackjournal..")
                .should().callMethod(System.class, "nanoTime").orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.Executors").check(classes);
    }

    @Test
    @DisplayName("Every package opens with a sentence on what lives there")
    void packagesAreDescribed() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of(".."))) {
            Set<Path> described = new TreeSet<>();
            Set<Path> packages = new TreeSet<>();
            sources.filter(file -> file.toString().contains("src/main/java") && file.toString().endsWith(".java")).forEach(file -> {
                if (file.endsWith("package-info.java")) {
                    assertTrue(text(file).stripLeading().startsWith("/**"), () -> file + " has no sentence");
                    described.add(file.getParent());
                } else if (!file.endsWith("module-info.java")) {
                    packages.add(file.getParent());
                }
            });
            packages.removeAll(described);
            assertTrue(packages.isEmpty(), () -> "no package-info.java in " + packages);
        }
    }

    private static boolean isStrategy(String module) {
        return modules.get(module).provides().stream().anyMatch(provided -> provided.service().equals("dev.afterimage.spi.RecoveryStrategyProvider"));
    }

    private static Set<String> ours(ModuleDescriptor descriptor) {
        return descriptor.requires().stream().map(ModuleDescriptor.Requires::name).filter(name -> name.startsWith(OURS))
                .map(name -> name.substring(OURS.length())).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
