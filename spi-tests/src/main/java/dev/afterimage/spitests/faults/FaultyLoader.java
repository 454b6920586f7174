package dev.afterimage.spitests.faults;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;

/**
 * Loads some packages anew, a few of their classes changed, beside those that are loaded already; everything else is its parent's.
 *
 * <p>What it loads belongs to no named module: the module path has the unchanged ones, and one machine has no module twice.
 */
final class FaultyLoader extends ClassLoader {
    private final Set<String> packages;
    private final Map<String, byte[]> changed;

    /**
     * A loader of its own.
     *
     * @param packages the packages that are loaded anew
     * @param changed class files in place of the parent's, by binary name
     */
    FaultyLoader(ClassLoader parent, Set<String> packages, Map<String, byte[]> changed) {
        super("seeded fault", parent);
        this.packages = packages;
        this.changed = changed;
        setDefaultAssertionStatus(false);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!packages.contains(name.substring(0, Math.max(0, name.lastIndexOf('.'))))) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    /** The class files that it loads, for whoever loads them once more; everything else is its parent's. */
    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] bytes = name.endsWith(".class") ? changed.get(name.substring(0, name.length() - ".class".length()).replace('/', '.')) : null;
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = changed.get(name);
        if (bytes == null) {
            bytes = unchanged(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] unchanged(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
