package dev.afterimage.spi.storage;

import java.util.regex.Pattern;

/**
 * The names that a file or a lock of a {@link Disk} may have: 1 to 100 of {@code a-z}, {@code 0-9}, dot and hyphen, beginning with a letter or a digit.
 *
 * <p>So small a set means the same on every file system. There are no capitals, because some file systems do not tell them from small letters; no separators and nothing outside
 * ASCII, because some read more into them or spell them anew; and no dot in front, so that a disk can keep files of its own beside the store's, and that neither {@code .} nor
 * {@code ..} is a name. Every disk refuses every other name, so a store that runs on one runs on all.
 */
public final class FileNames {
    private static final Pattern LEGAL = Pattern.compile("[a-z0-9][a-z0-9.-]{0,99}");

    private FileNames() {}

    /**
     * The name itself, if it is legal.
     *
     * @throws IllegalArgumentException if it is not; the message says which names are
     */
    public static String check(String name) {
        if (!isLegal(name)) {
            throw new IllegalArgumentException("file name: expected 1 to 100 of a-z, 0-9, dot and hyphen, beginning with a letter or digit, found \"" + name + "\"");
        }
        return name;
    }

    /** Whether a file or a lock may have this name. */
    public static boolean isLegal(String name) {
        return LEGAL.matcher(name).matches();
    }
}
