package dev.afterimage.cli;

import java.nio.file.Path;

/** A store as it is named on the command line: a folder, or {@code scheme:rest}. */
final class StoreLocation {
    private StoreLocation() {
    }

    /** The location as the engine takes it. A scheme has two letters at least, so that a drive of one letter is a folder. */
    static String of(String store) {
        return store.matches("[a-z][a-z0-9+-]+:.*") ? store : "file:" + Path.of(store);
    }
}
