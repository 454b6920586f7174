package dev.afterimage.spitests.schedule;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

import dev.afterimage.spi.RecoveryStrategyProvider;
import dev.afterimage.spi.StoreEngine;
import org.jspecify.annotations.Nullable;

/**
 * A strategy, and an engine for it, whose classes were loaded a second time, so that {@link Turns} decides who goes on.
 *
 * <p>Only the API, the kit, the JDK and libraries below the page cache are shared with the originals. A provider can have a twin if it can be made without arguments (or with an empty
 * array), and if what it remembers is plain: enum constants, text, numbers, and collections of them.
 */
public final class Twin {
    private static final List<String> SHARED = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "dev.afterimage.api.", "dev.afterimage.spi.", "dev.afterimage.spitests.", "net.openhft.", "org.slf4j.",
            "org.jspecify.", "org.junit.", "org.opentest4j.");

    private static final Map<Class<?>, SoftReference<Twin>> LOADED = new WeakHashMap<>();

    private final StoreEngine engine;
    private final RecoveryStrategyProvider strategy;

    private Twin(StoreEngine engine, RecoveryStrategyProvider strategy) {
        this.engine = engine;
        this.strategy = strategy;
    }

    /** The twins of an engine and a strategy; empty if the strategy cannot have one. */
    public static Optional<Twin> of(StoreEngine engine, RecoveryStrategyProvider strategy) {
        Class<?> original = strategy.getClass();
        if (original.isHidden() || original.isAnonymousClass()) {
            return Optional.empty();
        }
        if (!remembersNothing(original)) {
            return load(engine, strategy);
        }
        // One for all runs: what has been compiled for it stays so. Held softly, for a twin keeps its original, and a fault's loader has many.
        synchronized (LOADED) {
            SoftReference<Twin> known = LOADED.get(original);
            Twin twin = known == null ? null : known.get();
            if (twin != null) {
                return Optional.of(twin);
            }
            Optional<Twin> loaded = load(engine, strategy);
            loaded.ifPresent(made -> LOADED.put(original, new SoftReference<>(made)));
            return loaded;
        }
    }

    private static boolean remembersNothing(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields()).allMatch(field -> Modifier.isStatic(field.getModifiers()));
    }

    private static Optional<Twin> load(StoreEngine engine, RecoveryStrategyProvider strategy) {
        Class<?> original = strategy.getClass();
        Loader loader = new Loader(original);
        try {
            return Optional.of(new Twin((StoreEngine) loader.copy(engine), (RecoveryStrategyProvider) loader.copy(strategy)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The engine. */
    public StoreEngine engine() {
        return engine;
    }

    /** The strategy. */
    public RecoveryStrategyProvider strategy() {
        return strategy;
    }

    private static final class Loader extends ClassLoader {
        private final String strategyPackage;

        Loader(Class<?> original) {
            super("scheduled", original.getClassLoader());
            strategyPackage = original.getPackageName();
            // A seeded fault is to be caught by a rule, not by an assertion: there they are off.
            setDefaultAssertionStatus(original.desiredAssertionStatus());
        }

        private boolean isShared(String name) {
            return !name.startsWith(strategyPackage + '.') && SHARED.stream().anyMatch(name::startsWith);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (isShared(name)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        /** Disks and strategies are found by the original's loader: from here each would be found once more, as another class of the same name. */
        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.startsWith("META-INF/services/") ? Collections.emptyEnumeration() : super.getResources(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (file == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = ClassFile.relinked(file.readAllBytes());
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        Object copy(Object original) throws ReflectiveOperationException {
            Class<?> type = loadClass(original.getClass().getName());
            Object copy = make(type);
            for (Field field : original.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    Field same = type.getDeclaredField(field.getName());
                    same.setAccessible(true);
                    same.set(copy, plain(field.get(original)));
                }
            }
            return copy;
        }

        private static Object make(Class<?> type) throws ReflectiveOperationException {
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                Class<?>[] parameters = constructor.getParameterTypes();
                if (parameters.length == 0 || parameters.length == 1 && parameters[0].isArray()) {
                    constructor.setAccessible(true);
                    return parameters.length == 0 ? constructor.newInstance() : constructor.newInstance(Array.newInstance(parameters[0].getComponentType(), 0));
                }
            }
            throw new NoSuchMethodException(type + " cannot be made without arguments");
        }

        private @Nullable Object plain(@Nullable Object value) throws ReflectiveOperationException {
            if (value instanceof Enum<?> constant) {
                return constant(loadClass(constant.getDeclaringClass().getName()), constant.name());
            }
            if (value instanceof Collection<?> values) {
                Set<Object> copy = new HashSet<>();
                for (Object each : values) {
                    copy.add(plain(each));
                }
                if (!(values instanceof Set<?>)) {
                    throw new NoSuchFieldException("a collection that is no set");
                }
                return values instanceof EnumSet<?> || copy.isEmpty() ? copy : Set.copyOf(copy);
            }
            if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
                return value;
            }
            throw new NoSuchFieldException("a value of " + value.getClass());
        }

        private static Object constant(Class<?> type, String name) throws NoSuchFieldException {
            for (Object constant : type.getEnumConstants()) {
                if (((Enum<?>) constant).name().equals(name)) {
                    return constant;
                }
            }
            throw new NoSuchFieldException(name);
        }
    }
}
