package dev.afterimage.spitests.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles a few source texts against the classes that are loaded here, from memory to memory. */
final class SourceCompiler {
    private static final String RELEASE = "17";

    private final JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "no Java compiler: run on a JDK with the module jdk.compiler");

    /**
     * Compiles.
     *
     * @param sources texts by the binary name of their top-level class
     * @return class files by binary name
     * @throws IllegalStateException if a text does not compile; says what the compiler said
     */
    Map<String, byte[]> compile(Map<String, String> sources) {
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        Map<String, ClassFile> classes = new HashMap<>();
        List<JavaFileObject> texts = new ArrayList<>();
        sources.forEach((type, text) -> texts.add(new SourceText(type, text)));
        try (StandardJavaFileManager standard = compiler.getStandardFileManager(said, null, null); JavaFileManager files = new InMemory(standard, classes)) {
            List<String> options = List.of("--release", RELEASE, "-proc:none", "-nowarn", "-g", "-classpath", path());
            if (!compiler.getTask(null, files, said, options, null, texts).call()) {
                throw new IllegalStateException("the seeded fault does not compile:\n" + said.getDiagnostics().stream()
                        .filter(one -> one.getKind() == Diagnostic.Kind.ERROR).map(Object::toString).collect(Collectors.joining("\n")));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the compiler cannot read the classes of " + sources.keySet(), e);
        }
        Map<String, byte[]> bytes = new HashMap<>();
        classes.forEach((type, file) -> bytes.put(type, file.bytes.toByteArray()));
        return bytes;
    }

    /** Everything that this machine loads classes from: modules are as good as the class path for a compiler that makes no module. */
    private static String path() {
        return System.getProperty("jdk.module.path", "") + System.getProperty("path.separator") + System.getProperty("java.class.path", "");
    }

    private static final class SourceText extends SimpleJavaFileObject {
        private final String text;

        SourceText(String type, String text) {
            super(URI.create("memory:///" + type.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class ClassFile extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        ClassFile(String type) {
            super(URI.create("memory:///" + type.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ClassFile> classes;

        InMemory(JavaFileManager below, Map<String, ClassFile> classes) {
            super(below);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String type, JavaFileObject.Kind kind, FileObject sibling) {
            return classes.computeIfAbsent(type, ClassFile::new);
        }
    }
}
