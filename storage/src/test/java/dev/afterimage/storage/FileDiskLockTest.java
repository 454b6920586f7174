package dev.afterimage.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskAccessException;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileMissingException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against real processes, on the plain module path, as an embedder would run them. */
@DisplayName("The lock on a folder")
@Timeout(120)
class FileDiskLockTest {
    @TempDir
    private static Path program;

    @TempDir
    private Path folder;

    private final List<Process> children = new ArrayList<>();
    private Disk disk;

    /** It tries to take the lock, says how that went, and then waits to be ended. */
    @BeforeAll
    static void compileLocker() throws IOException {
        Path source = Files.createDirectories(program.resolve("source/locker"));
        Files.writeString(source.resolveSibling("module-info.java"), "module locker { requires dev.afterimage.api; uses dev.afterimage.spi.storage.DiskProvider; }");
        Files.writeString(source.resolve("Locker.java"), """
                package locker;
                import dev.afterimage.spi.storage.DiskLockedException;
                import dev.afterimage.spi.storage.DiskProvider;
                public final class Locker {
                    public static void main(String[] arguments) throws Exception {
                        var files = java.util.ServiceLoader.load(DiskProvider.class).stream().map(p -> p.get()).filter(p -> p.scheme().equals("file")).findFirst().get();
                        try {
                            files.open(arguments[0]).lock("store.lock");
                            System.out.println("locked");
                        } catch (DiskLockedException refused) {
                            System.out.println(refused.getMessage());
                        }
                        System.in.read();
                    }
                }
                """);
        StringWriter messages = new StringWriter();
        PrintWriter writer = new PrintWriter(messages);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, "-p", System.getProperty("jdk.module.path"), "-d", program.resolve("locker").toString(),
                source.resolveSibling("module-info.java").toString(), source.resolve("Locker.java").toString());
        assertEquals(0, status, messages.toString());
    }

    @BeforeEach
    void open() {
        disk = new FileDiskProvider().open(folder.toString());
    }

    @AfterEach
    void close() throws InterruptedException {
        disk.close();
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisplayName("keeps us out while another process holds it, naming that process, and is free as soon as that one is killed")
    void killedOwner() throws Exception {
        Process owner = start();
        assertEquals("locked", answer(owner));
        DiskException error = assertThrows(DiskLockedException.class, () -> disk.lock("store.lock"));
        assertTrue(error.getMessage().startsWith(folder.toRealPath() + " is in use by process " + owner.pid() + "."), error.getMessage());
        owner.destroyForcibly().waitFor();
        disk.lock("store.lock").close();
        Process next = start();
        assertEquals("locked", answer(next));
    }

    @Test
    @DisplayName("keeps another process out while we hold it, and no longer")
    void ourOwn() throws Exception {
        DiskLock lock = disk.lock("store.lock");
        assertTrue(answer(start()).contains(" is in use by process " + ProcessHandle.current().pid() + "."));
        lock.close();
        assertEquals("locked", answer(start()));
    }

    /** The same folder for somebody who may not write there. */
    private Disk forReading() throws IOException {
        SystemCalls calls = mock(SystemCalls.class, delegatesTo(ChannelSystemCalls.INSTANCE));
        doThrow(new AccessDeniedException("there")).when(calls).open(any());
        doThrow(new FileSystemException("there", null, "Read-only file system")).when(calls).openOrCreate(any());
        return new FileDisk(calls, folder);
    }

    @Test
    @DisplayName("is taken for reading where nothing may be written: it keeps out, and is kept out by, another process that writes")
    void readers() throws Exception {
        disk.lock("store.lock").close();
        try (Disk reader = forReading()) {
            assertThrows(DiskAccessException.class, () -> reader.lock("store.lock"));
            Process owner = start();
            assertEquals("locked", answer(owner));
            assertThrows(DiskLockedException.class, () -> reader.lockToRead("store.lock"));
            owner.destroyForcibly().waitFor();
            DiskLock lock = reader.lockToRead("store.lock");
            assertTrue(answer(start()).contains(" is in use by another process."));
            lock.close();
            assertEquals("locked", answer(start()));
        }
    }

    @Test
    @DisplayName("cannot be taken for reading where nobody ever took it and nothing may be written; files can be read there, and who writes is told")
    void nothingMayBeWritten() throws Exception {
        try (DiskFile file = disk.create("f")) {
            file.write(ByteBuffer.wrap(new byte[] {7}), 0);
        }
        try (Disk reader = forReading(); DiskFile file = reader.open("f")) {
            assertThrows(FileMissingException.class, () -> reader.lockToRead("store.lock"));
            ByteBuffer read = ByteBuffer.allocate(1);
            assertEquals(1, file.read(read, 0));
            assertEquals(7, read.get(0));
            DiskAccessException refused = assertThrows(DiskAccessException.class, () -> file.write(ByteBuffer.wrap(new byte[1]), 0));
            assertTrue(refused.getMessage().contains("it could be opened for reading only"), refused.getMessage());
            assertThrows(DiskAccessException.class, () -> file.resize(0));
        }
        disk.lockToRead("store.lock").close();
    }

    @Test
    @DisplayName("survives every refused attempt of this process to take it again")
    void refusedAttempts() throws Exception {
        disk.lock("store.lock");
        for (int i = 0; i < 3; i++) {
            try (Disk other = new FileDiskProvider().open(folder.toString())) {
                assertThrows(DiskLockedException.class, () -> other.lock("store.lock"));
            }
        }
        assertTrue(answer(start()).contains("is in use by process"));
    }

    @Test
    @DisplayName("survives an attempt by a copy of this code that another class loader brought")
    void anotherClassLoader() throws Exception {
        DiskLock lock = disk.lock("store.lock");
        List<URL> classes = new ArrayList<>();
        for (String entry : System.getProperty("jdk.module.path").split(File.pathSeparator)) {
            classes.add(Path.of(entry).toUri().toURL());
        }
        // No parent but the boot loader: the platform's would find the classes of our own module.
        try (URLClassLoader loader = new URLClassLoader(classes.toArray(URL[]::new), null)) {
            Class<?> provider = loader.loadClass("dev.afterimage.storage.FileDiskProvider");
            assertNotSame(FileDiskProvider.class, provider);
            Object theirs = provider.getMethod("open", String.class).invoke(provider.getConstructor().newInstance(), folder.toString());
            Method take = loader.loadClass("dev.afterimage.spi.storage.Disk").getMethod("lock", String.class);
            Throwable error = assertThrows(InvocationTargetException.class, () -> take.invoke(theirs, "store.lock")).getCause();
            assertEquals(DiskLockedException.class.getName(), error.getClass().getName());
            assertTrue(error.getMessage().contains("by this very process"), error.getMessage());
        }
        assertTrue(answer(start()).contains("is in use by process"));
        lock.close();
    }

    @Test
    @DisplayName("is not blocked by a lock file left behind, whatever stands in it")
    void leftover() throws IOException {
        Files.writeString(folder.resolve(".store.lock"), "process 1\nand more\n");
        disk.lock("store.lock");
        assertEquals("process " + ProcessHandle.current().pid(), Files.readString(folder.resolve(".store.lock")));
    }

    private Process start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process child = new ProcessBuilder(java, "-p", System.getProperty("jdk.module.path") + File.pathSeparator + program.resolve("locker"), "-m", "locker/locker.Locker", folder.toString())
                .redirectErrorStream(true).start();
        children.add(child);
        return child;
    }

    private static String answer(Process child) throws IOException {
        BufferedReader reader = child.inputReader(StandardCharsets.UTF_8);
        return reader.readLine();
    }
}
