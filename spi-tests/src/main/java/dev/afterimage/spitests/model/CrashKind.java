package dev.afterimage.spitests.model;

/** What a crash takes. */
public enum CrashKind {
    /** Whatever was not synced may be gone. */
    POWER,
    /** The process dies, the operating system lives: whatever was issued is kept. */
    PROCESS
}
