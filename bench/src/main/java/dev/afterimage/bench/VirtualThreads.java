package dev.afterimage.bench;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Virtual threads, which Java has from version 21 on: looked for by name, for what is compiled here runs on 17 as well. */
final class VirtualThreads {
    private static final String FACTORY = "newVirtualThreadPerTaskExecutor";

    private VirtualThreads() {
    }

    /** Whether this Java has them. */
    static boolean exist() {
        try {
            Executors.class.getMethod(FACTORY);
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** One that starts each task on a thread of its own. */
    static ExecutorService executor() {
        try {
            return (ExecutorService) Executors.class.getMethod(FACTORY).invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("no virtual threads: expected Java 21 or later, found " + Runtime.version(), e);
        }
    }
}
