package dev.afterimage.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them, in seven characters at most where that is said. */
final class Quantities {
    private Quantities() {
    }

    /** A count in seven characters at most, as long as it has less than fifteen digits. */
    static String count(long number) {
        if (number < 1_000_000) {
            return String.format(Locale.ROOT, "%,d", number);
        }
        return number < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f M", number / 1e6) : String.format(Locale.ROOT, "%.1f G", number / 1e9);
    }

    /** A number of bytes. */
    static String bytes(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        if (bytes < 1 << 20) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
        }
        return bytes < 1 << 30 ? String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0) : String.format(Locale.ROOT, "%.2f GiB", bytes / 1073741824.0);
    }

    /** A duration: milliseconds below ten seconds, then seconds, minutes and hours. */
    static String time(Duration time) {
        long millis = time.toMillis();
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis % 1000 != 0 && millis < 10_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long seconds = millis / 1000;
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600 ? seconds / 60 + " min " + seconds % 60 + " s" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
