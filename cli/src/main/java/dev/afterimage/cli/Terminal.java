package dev.afterimage.cli;

import picocli.CommandLine.Help.Ansi;

/** What is known of where the output goes; the launcher, which can see the descriptors, tells it by system properties. */
final class Terminal {
    private static final int COLUMNS = 120;

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

    /** How many columns of text there are: as the launcher saw them, as COLUMNS says, or 120. */
    static int columns() {
        for (String said : new String[] {System.getProperty("afterimage.stdout.columns"), System.getenv("COLUMNS")}) {
            if (said != null && said.matches("[1-9]\\d{0,3}")) {
                return Math.max(ConformanceTable.WIDTH_MIN, Integer.parseInt(said));
            }
        }
        return COLUMNS;
    }

    private static boolean isTerminal(String property) {
        String said = System.getProperty(property);
        return said == null ? Ansi.AUTO.enabled() : Boolean.parseBoolean(said);
    }
}
