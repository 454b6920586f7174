package dev.afterimage.spitests.faults;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One replacement of text in one source file.
 *
 * @param module the folder of the Maven module, a sibling of the one whose tests run, for example {@code wal}
 * @param type the binary name of the top-level class whose file it is
 * @param before what stands there now; white space of any kind and length matches any other
 * @param after what is to stand there instead
 */
public record Patch(String module, String type, String before, String after) {
    /** Checks that there is something to look for. */
    public Patch {
        if (before.isBlank()) {
            throw new IllegalArgumentException("a patch of " + type + ": expected a text to replace, found none");
        }
    }

    /** The path of the file below a module's source folder. */
    String file() {
        return type.replace('.', '/') + ".java";
    }

    /** The class's name without its package. */
    String simpleName() {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /**
     * The source with the text replaced.
     *
     * @throws IllegalStateException if it is not there exactly once
     */
    String applyTo(String source) {
        Matcher found = pattern().matcher(source);
        int times = 0;
        while (found.find()) {
            times++;
        }
        if (times != 1) {
            throw new IllegalStateException(module + ", " + type + ": expected this text exactly once, found it " + times + " times; the code has moved on, so put the fault into it as it is now:\n" + before);
        }
        return pattern().matcher(source).replaceFirst(Matcher.quoteReplacement(after));
    }

    private Pattern pattern() {
        return Pattern.compile(Arrays.stream(before.strip().split("\\s+")).map(Pattern::quote).collect(Collectors.joining("\\s+")));
    }
}
