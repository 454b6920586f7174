package dev.afterimage.spitests.disk;

import java.util.List;

/** Looks at one crash state; what it throws ends the enumeration. */
@FunctionalInterface
public interface CrashStateConsumer {
    /** Called once per state, on the enumerating thread. It may leave the looking to others and return at once. */
    void accept(CrashState state);

    /** Takes several states, and returns when all of them have been looked at. Whoever leaves the looking to others must say here how to wait for them. */
    default void acceptAll(List<CrashState> states) {
        states.forEach(this::accept);
    }
}
