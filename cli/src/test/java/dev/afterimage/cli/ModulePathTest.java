package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("--module-path")
class ModulePathTest extends CommandLineTest {
    @Test
    @DisplayName("compare shows a plug-in as a row behind those built in, its killed processes included; without the option nothing is different")
    void compare() throws IOException {
        Path jar = PluginJar.careful(folder, "visitor", "a-visitor");
        Path orders = folder.resolve("orders.csv");
        try (Stream<String> lines = Files.lines(SHIPPED)) {
            Files.write(orders, lines.limit(100).toList());
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        assertEquals(0, run("compare", orders.toString(), "--dir", folder.resolve("stores").toString(), "--threads", "2", "--kills", "1", "--crash-states", "20",
                "--strategies", "shadow-paging,a-visitor", "--module-path", jar.toString()), err::toString);
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("a-visitor") && line.endsWith("0 / 0")), out::toString);
        assertSame(before, Thread.currentThread().getContextClassLoader());
        assertEquals(0, run("strategies", "--module-path", jar.toString()));
        assertTrue(out.toString().indexOf("a-visitor") > out.toString().indexOf("undo-redo-aries"), out::toString);
        assertEquals(0, run("strategies"));
        assertFalse(out.toString().contains("a-visitor"), out::toString);
    }

    @Test
    @DisplayName("takes folders of jars, folders of classes, and jars without module descriptor; recover and log open a plug-in's store with it, and name it without")
    void forms() throws IOException {
        PluginJar.careful(folder, "first", "one");
        Path second = PluginJar.automatic(Files.createDirectories(folder.resolve("elsewhere")), "second", "two");
        Files.createDirectory(folder.resolve("jars"));
        Files.move(folder.resolve("first.jar"), folder.resolve("jars").resolve("first.jar"));
        Path third = PluginJar.careful(folder, "third", "three").resolveSibling("third-classes");
        String path = String.join(File.pathSeparator, folder.resolve("jars").toString(), second.toString(), third.toString());
        assertEquals(0, run("strategies", "--module-path", path), err::toString);
        assertTrue(List.of("one", "two", "three").stream().allMatch(name -> out.toString().lines().anyMatch(name::equals)), out::toString);

        Path store = folder.resolve("store");
        Path orders = folder.resolve("orders.csv");
        try (Stream<String> lines = Files.lines(SHIPPED)) {
            Files.write(orders, lines.limit(3).toList());
        }
        assertEquals(2, run("recover", store.toString(), "--module-path", path));
        assertTrue(err.toString().contains("expected a store"), err::toString);
        made(store, path);
        assertEquals(0, run("recover", store.toString(), "--module-path", path), err::toString);
        assertEquals(2, run("recover", store.toString()));
        assertTrue(err.toString().contains("names the strategy \"two\", which is not there; there are innodb-style"), err::toString);
        assertEquals(2, run("log", store.toString(), "--module-path", path));
        assertTrue(err.toString().contains("the strategy two keeps no log"), err::toString);
    }

    /** A store of the strategy "two", made in this process as a program would that has the plug-in. */
    private static void made(Path store, String path) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(PluginModules.load(Stream.of(path.split(File.pathSeparator)).map(Path::of).toList()));
        try {
            dev.afterimage.api.PageStores.open(dev.afterimage.api.StoreConfig.at(store).strategy("two").build()).close();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @TestFactory
    @DisplayName("what cannot be used is one line on standard error and exit status 2")
    Stream<DynamicTest> refused() throws IOException {
        Path one = PluginJar.careful(folder, "one", "same-name");
        Path other = PluginJar.careful(folder, "other", "same-name");
        Path copy = Files.copy(one, Files.createDirectory(folder.resolve("copies")).resolve("copy.jar"));
        Path builtIn = PluginJar.careful(folder, "usurper", "shadow-paging");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path text = Files.writeString(folder.resolve("notes.txt"), "not a jar");
        Path noJar = Files.writeString(folder.resolve("broken.jar"), "not a jar");
        Path api = Stream.of(System.getProperty("jdk.module.path").split(File.pathSeparator)).map(Path::of).filter(path -> path.toString().contains("picocli")).findFirst().orElseThrow();
        Map<String, String> refusals = new LinkedHashMap<>();
        refusals.put("nowhere.jar", "--module-path: nowhere.jar: no such file or folder");
        refusals.put(empty.toString(), empty + ": holds no module: expected a modular jar, a folder of such jars, or a folder with a module-info.class");
        refusals.put(text.toString(), text + ": Module format not recognized");
        refusals.put(noJar.toString(), noJar + ": Error reading");
        refusals.put(api.toString(), "no plug-in there: expected a module that provides dev.afterimage.spi.RecoveryStrategyProvider or dev.afterimage.spi.storage.DiskProvider, found info.picocli"
                + " (which afterimage has already)");
        refusals.put(one + File.pathSeparator + other, "two strategies are called \"same-name\": ");
        refusals.put(builtIn.toString(), "two strategies are called \"shadow-paging\": ");
        refusals.put(one + File.pathSeparator + copy, "two modules are called one: " + one + " and " + copy + "; take one off");
        return refusals.entrySet().stream().map(refusal -> DynamicTest.dynamicTest(refusal.getValue(), () -> {
            assertEquals(2, run("conformance", "--strategy", "same-name", "--module-path", refusal.getKey()), out::toString);
            assertTrue(err.toString().contains(refusal.getValue()), err::toString);
            assertEquals(1, err.toString().lines().count(), err::toString);
        }));
    }

    @Test
    @DisplayName("a wrong name lists the plug-in's as well")
    void wrongName() throws IOException {
        Path jar = PluginJar.careful(folder, "visitor", "a-visitor");
        assertEquals(2, run("conformance", "--strategy", "visitor", "--module-path", jar.toString()));
        assertEquals("afterimage: unknown strategy \"visitor\"; there are innodb-style, postgres-style, shadow-paging, undo-redo-aries, a-visitor", err.toString().strip());
        assertEquals(2, run("compare", SHIPPED.toString(), "--strategies", "visitor", "--module-path", jar.toString()));
        assertTrue(err.toString().contains("undo-redo-aries, a-visitor"), err::toString);
    }
}
