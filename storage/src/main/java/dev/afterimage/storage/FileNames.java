package dev.afterimage.storage;

import java.util.regex.Pattern;

/** The names a file of a disk may have: small enough a set to mean the same on every file system. */
final class FileNames {
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9.-]{0,99}");

    private FileNames() {}

    /** The name itself, or an {@link IllegalArgumentException} that says which names there may be. */
    static String check(String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("file name: expected 1 to 100 of a-z, 0-9, dot and hyphen, beginning with a letter or digit, found \"" + name + "\"");
        }
        return name;
    }

    static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }
}
