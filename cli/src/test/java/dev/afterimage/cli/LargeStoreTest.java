package dev.afterimage.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.StoreConfig;
import dev.afterimage.api.WritablePage;
import dev.afterimage.spi.RecoveryStrategyProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A store of 1 GiB")
class LargeStoreTest {
    private static final int PAGES = 131_072;
    private static final int PAGES_PER_TRANSACTION = 4_096;

    @TempDir
    Path temporary;

    @TestFactory
    @DisplayName("opens in a process with 16 MiB of heap and a cache of 4 MiB")
    Stream<DynamicTest> opensInConstantMemory() {
        return Strategies.all().stream().map(RecoveryStrategyProvider::name)
                .map(strategy -> DynamicTest.dynamicTest(strategy, () -> requireOpens(strategy, temporary.resolve(strategy))));
    }

    private static void requireOpens(String strategy, Path folder) throws IOException, InterruptedException {
        StoreConfig config = StoreConfig.at(folder.resolve("store")).strategy(strategy).build();
        long last = 0;
        try (PageStore store = PageStores.open(config)) {
            for (int done = 0; done < PAGES; done += PAGES_PER_TRANSACTION) {
                last = store.call(transaction -> {
                    long id = 0;
                    for (int i = 0; i < PAGES_PER_TRANSACTION; i++) {
                        try (WritablePage page = transaction.allocate()) {
                            id = page.id();
                            page.putLong(0, id);
                            page.putLong(page.size() - 8, ~id);
                        }
                    }
                    return id;
                });
            }
        }
        assertTrue(size(folder) >= 1L << 30, () -> "expected 1 GiB on the disk, found " + size(folder));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx16m",
                "-XX:MaxDirectMemorySize=16m", "-p", System.getProperty("jdk.module.path"), "--patch-module", "dev.afterimage.cli=target/test-classes",
                "-m", "dev.afterimage.cli/dev.afterimage.cli.OpenStore", "file:" + folder.resolve("store"), String.valueOf(last)))
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertEquals(0, process.waitFor(), () -> text(output));
        assertTrue(text(output).contains("page " + last), () -> text(output));
    }

    private static long size(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
