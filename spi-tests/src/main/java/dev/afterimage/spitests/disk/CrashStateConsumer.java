package dev.afterimage.spitests.disk;

/** Looks at one crash state; what it throws ends the enumeration. */
@FunctionalInterface
public interface CrashStateConsumer {
    /** Called once per state, on the enumerating thread. */
    void accept(CrashState state);
}
