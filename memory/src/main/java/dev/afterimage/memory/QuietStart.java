package dev.afterimage.memory;

import java.lang.reflect.Field;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Keeps three notices quiet that Chronicle would otherwise cause at its start, none of which a user can act on.
 *
 * <p>Every class of this module that touches Chronicle calls {@link #run()} from its static initializer, before the first touch. What would be printed, and how each is kept quiet:
 * <ol>
 *   <li>slf4j's "No SLF4J providers were found": slf4j's own verbosity property is set to {@code ERROR}, only where there is no provider and the property is unset.
 *       Nobody is made to bring a provider, and one that is there is used.
 *   <li>A {@code java.util.logging} warning of Chronicle's buffer cleaner, which asks for command-line flags that we do not need: that one logger is switched off, unless
 *       its level is configured.
 *   <li>From JDK 24 on, the notice that {@code sun.misc.Unsafe} will go. The JDK prints it once per process, past any filter; its flag "has been printed" lies in a package
 *       that the JDK opens to everyone, and is set before Chronicle gives cause. Where somebody chose {@code --sun-misc-unsafe-memory-access=debug} or {@code =deny}, that holds.
 * </ol>
 *
 * <p>{@code -Dafterimage.memory.quiet-start=false} turns all of it off. {@link System#err} is not touched: what Chronicle prints straight to it ("Unable to determine max direct
 * memory") it prints only when asked for that figure, and we never ask. A test runs a plain {@code java -p … -m …} to see that nothing comes out. See decision 0003.
 */
final class QuietStart {
    /** Set it to {@code false} to see what Chronicle, slf4j and the JDK have to say. */
    static final String PROPERTY = "afterimage.memory.quiet-start";

    /** Held for good: the logging system forgets the level of a logger that nobody holds. */
    private static @Nullable Logger silenced;

    static {
        if (!"false".equals(System.getProperty(PROPERTY))) {
            quietly();
        }
    }

    private QuietStart() {}

    /** Does its work once, in this class's initializer: the first caller does it, others wait for it, later ones pay nothing. */
    static void run() {}

    private static void quietly() {
        quietSlf4j();
        quietCleaner();
        quietUnsafe();
    }

    private static void quietSlf4j() {
        String verbosity = "slf4j.internal.verbosity";
        try {
            boolean provided = ServiceLoader.load(SLF4JServiceProvider.class).iterator().hasNext();
            if (!provided && System.getProperty(verbosity) == null) {
                System.setProperty(verbosity, "ERROR");
            }
        } catch (ServiceConfigurationError broken) {
            // Somebody meant to bring a provider and it is broken: slf4j will say so, and should.
        }
    }

    private static void quietCleaner() {
        Logger cleaner = Logger.getLogger("net.openhft.chronicle.core.internal.cleaner.ReflectionBasedByteBufferCleanerService");
        if (cleaner.getLevel() == null) {
            cleaner.setLevel(Level.OFF);
            silenced = cleaner;
        }
    }

    private static void quietUnsafe() {
        try {
            Field printed = Class.forName("sun.misc.Unsafe").getDeclaredField("memoryAccessWarned");
            printed.setAccessible(true);
            printed.setBoolean(null, true);
        } catch (ReflectiveOperationException | RuntimeException otherJdk) {
            // Before JDK 24 there is no such field, and no notice. After some later JDK there may be none, and the notice is seen again: harmless.
        }
    }
}
