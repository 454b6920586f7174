package dev.afterimage.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.spi.ToolProvider;

/** Makes plug-ins as a third party would: own sources, compiled against the api, packed into a jar. */
final class PluginJar {
    private static final String PROVIDER = "dev.afterimage.spi.RecoveryStrategyProvider";

    /** Shadow paging on a disk that never syncs: it says that commits are safe, and a crash takes them. */
    private static final String CARELESS = """
            package PACKAGE;

            import java.lang.reflect.InvocationTargetException;
            import java.lang.reflect.Method;
            import java.lang.reflect.Proxy;
            import java.util.List;
            import java.util.ServiceLoader;

            import dev.afterimage.spi.*;
            import dev.afterimage.spi.storage.*;

            public final class Careless implements RecoveryStrategyProvider {
                private static RecoveryStrategyProvider careful() {
                    return ServiceLoader.load(RecoveryStrategyProvider.class, RecoveryStrategyProvider.class.getClassLoader()).stream()
                            .filter(provider -> provider.type().getModule().getName().equals("dev.afterimage.shadowpaging")).findFirst().orElseThrow().get();
                }

                @Override
                public String name() {
                    return "NAME";
                }

                @Override
                public String description() {
                    return "Shadow paging that syncs nothing";
                }

                @Override
                public StrategyTraits traits() {
                    return careful().traits();
                }

                @Override
                public List<StrategyOption<?>> options() {
                    return careful().options();
                }

                @Override
                public RecoveryStrategy open(StrategyContext c) {
                    return careful().open(new StrategyContext(without(Disk.class, c.disk()), c.created(), c.storeId(), c.pageSize(), c.cacheBytes(), c.relaxedWindow(), c.options(),
                            c.time(), c.tasks(), c.random(), c.events()));
                }

                private static <T> T without(Class<T> type, Object inner) {
                    return type.cast(Proxy.newProxyInstance(Careless.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        if (SYNCS && method.getName().startsWith("sync")) {
                            return null;
                        }
                        try {
                            Object result = method.invoke(inner, arguments);
                            return result instanceof DiskFile file ? without(DiskFile.class, file) : result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
                }
            }
            """;

    private PluginJar() {
    }

    /** A module with a strategy that never syncs. */
    static Path careless(Path folder, String module, String strategy) throws IOException {
        return make(folder, module, strategy, true, true);
    }

    /** A module with a strategy that keeps all rules, for it is a built-in one under another name. */
    static Path careful(Path folder, String module, String strategy) throws IOException {
        return make(folder, module, strategy, false, true);
    }

    /** The same without module descriptor, found by META-INF/services: an automatic module, named after its jar. */
    static Path automatic(Path folder, String name, String strategy) throws IOException {
        return make(folder, name, strategy, false, false);
    }

    private static Path make(Path folder, String module, String strategy, boolean careless, boolean descriptor) throws IOException {
        Path sources = Files.createDirectories(folder.resolve(module + "-sources"));
        Path classes = Files.createDirectories(folder.resolve(module + "-classes"));
        Path text = sources.resolve("Careless.java");
        Files.writeString(text, CARELESS.replace("PACKAGE", module).replace("NAME", strategy).replace("SYNCS", String.valueOf(careless)));
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none", "-d", classes.toString()));
        String path = System.getProperty("jdk.module.path");
        if (descriptor) {
            Path info = sources.resolve("module-info.java");
            Files.writeString(info, "module " + module + " { requires dev.afterimage.api; uses " + PROVIDER + "; provides " + PROVIDER + " with " + module + ".Careless; }");
            Collections.addAll(arguments, "-p", path, info.toString(), text.toString());
        } else {
            Collections.addAll(arguments, "-classpath", path, text.toString());
            Path services = Files.createDirectories(classes.resolve("META-INF").resolve("services"));
            Files.writeString(services.resolve(PROVIDER), module + ".Careless\n");
        }
        run("javac", arguments);
        Path jar = folder.resolve(module + ".jar");
        run("jar", List.of("--create", "--file", jar.toString(), "-C", classes.toString(), "."));
        return jar;
    }

    /** Runs a tool of the JDK in this process. */
    private static void run(String tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int status = ToolProvider.findFirst(tool).orElseThrow().run(out, out, arguments.toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException(tool + " failed: " + said);
        }
    }
}
