package dev.afterimage.memory;

/** Placeholder. */
final class QuietStart {
    private QuietStart() {}

    static void run() {}
}
