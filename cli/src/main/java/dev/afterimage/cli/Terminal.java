package dev.afterimage.cli;

import picocli.CommandLine.Help.Ansi;

/** What is known of where the output goes; the launcher, which can see the descriptors, tells it by system properties. */
final class Terminal {
    private Terminal() {
    }

    /** Whether standard output understands colour and the user wants it (NO_COLOR). */
    static Ansi ansi() {
        String noColor = System.getenv("NO_COLOR");
        boolean wanted = noColor == null || noColor.isEmpty();
        return wanted && isTerminal("afterimage.stdout.terminal") ? Ansi.ON : Ansi.OFF;
    }

    /** Whether a line on standard error can be written over. */
    static boolean progressBar() {
        return isTerminal("afterimage.stderr.terminal") && !"dumb".equals(System.getenv("TERM"));
    }

    private static boolean isTerminal(String property) {
        String said = System.getProperty(property);
        return said == null ? Ansi.AUTO.enabled() : Boolean.parseBoolean(said);
    }
}
