package dev.afterimage.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the restart benchmark is asked to do.
 *
 * @param strategy a strategy with a log
 * @param logBytes log since the redo point, in bytes
 * @param pages pages of the database, 8 KiB each; all of them fit the cache
 * @param changeBytes bytes that each update changes
 * @param rounds rounds that count; one more goes before them
 * @param threads values of {@code recovery-threads} to compare
 * @param folder where to work; emptied of what was made there afterwards
 * @param cold restarts in a process of their own, for each number of threads
 * @param profile whether to say where the time of the restarts goes
 */
record RestartPlan(String strategy, long logBytes, int pages, int changeBytes, int rounds, List<Integer> threads, Path folder, int cold, boolean profile) {
    static final int PAGE_BYTES = 8 << 10;

    private static final Map<String, String> DEFAULTS = new LinkedHashMap<>();

    static {
        DEFAULTS.put("strategy", "undo-redo-aries");
        DEFAULTS.put("log-mib", "1024");
        DEFAULTS.put("pages", "16384");
        DEFAULTS.put("change-bytes", "100");
        DEFAULTS.put("rounds", "5");
        DEFAULTS.put("threads", "1,2");
        DEFAULTS.put("folder", "bench/target/restart");
        DEFAULTS.put("cold", "3");
        DEFAULTS.put("profile", "false");
    }

    /** Reads {@code --name=value} arguments. */
    static RestartPlan of(String... arguments) {
        Map<String, String> given = new LinkedHashMap<>(DEFAULTS);
        for (String argument : arguments) {
            String[] parts = argument.startsWith("--") ? argument.substring(2).split("=", 2) : new String[0];
            if (parts.length != 2 || !DEFAULTS.containsKey(parts[0])) {
                throw new IllegalArgumentException("expected --name=value with a name of " + DEFAULTS.keySet() + ", found " + argument);
            }
            given.put(parts[0], parts[1]);
        }
        return new RestartPlan(given.get("strategy"), Long.parseLong(given.get("log-mib")) << 20, Integer.parseInt(given.get("pages")),
                Integer.parseInt(given.get("change-bytes")), Integer.parseInt(given.get("rounds")),
                Arrays.stream(given.get("threads").split(",")).map(Integer::valueOf).toList(), Path.of(given.get("folder")), Integer.parseInt(given.get("cold")), Boolean.parseBoolean(given.get("profile")));
    }

    /** The arguments that make such a plan again, for one number of threads and another process. */
    List<String> arguments(int oneThreads) {
        return List.of("--strategy=" + strategy, "--log-mib=" + (logBytes >> 20), "--pages=" + pages, "--change-bytes=" + changeBytes, "--threads=" + oneThreads, "--folder=" + folder);
    }

    /** All pages, and a quarter as many frames again. */
    long cacheBytes() {
        return (pages + pages / 4 + 64L) * PAGE_BYTES;
    }
}
