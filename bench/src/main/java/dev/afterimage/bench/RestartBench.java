package dev.afterimage.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.spi.storage.Disk;

/**
 * How fast a store comes back after a crash, next to how fast its log can be read and checked at all.
 *
 * <p>Each round measures everything once, in turn, on files that are in the operating system's cache, for both sides alike; so what else the machine does hits all alike.
 */
public final class RestartBench {
    private final RestartPlan plan;
    private final PrintStream out;
    private final Map<String, Samples> speeds = new LinkedHashMap<>();
    private final Map<Integer, HotFrames> profiles = new LinkedHashMap<>();
    private RecoveryReport last;
    private long folded;
    /** Whether files can be read and written past the operating system's cache where this works. */
    private boolean passesTheCache;

    RestartBench(RestartPlan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs it; the arguments are in {@code bench/README.md}. */
    public static void main(String[] arguments) {
        new RestartBench(RestartPlan.of(arguments), System.out).run();
    }

    /** Measures, prints, and returns what the last restart reported. */
    RecoveryReport run() {
        long[] told = {0};
        try (CrashedStore store = CrashedStore.make(plan, logged -> {
            if (logged >= told[0] + (256L << 20)) {
                told[0] = logged;
                out.println("making a store: " + (logged >> 20) + " MiB of log");
            }
        })) {
            passesTheCache = canBeDirect(plan.folder());
            if (!passesTheCache) {
                out.println("nothing here passes the system's cache: the rows that need it are left out");
            }
            for (int round = 0; round <= plan.rounds(); round++) {
                if (round == 1 && plan.rounds() > 0) {
                    speeds.clear(); // the first round was for the compiler
                    profiles.clear();
                }
                measure(store);
                if (round == 0) {
                    out.println("first round, code not compiled yet:");
                    print();
                }
            }
            cold(store);
        }
        out.println("rounds that count:");
        print();
        profiles.forEach((threads, profile) -> {
            out.println();
            out.println("restart with " + threads + " threads, until the store is open:");
            profile.print(out);
        });
        return last;
    }

    private static boolean canBeDirect(Path folder) {
        try {
            return DurableAppends.canBeDirect(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void measure(CrashedStore store) {
        for (int threads : plan.threads()) {
            Path folder = store.fresh();
            if (plan.profile()) {
                profiles.computeIfAbsent(threads, ignored -> new HotFrames()).during(() -> restart(folder, threads));
            } else {
                restart(folder, threads);
            }
            raw(store, threads);
            if (passesTheCache) {
                OneRestart.Figures onDisk = OneRestart.run(plan, store.freshOnDisk(), threads, new ArrayList<>());
                note("files not in the system's cache: analysis and redo", threads, onDisk.logBytes(), onDisk.analysis() + onDisk.redo());
                note("files not in the system's cache:     until the store is open", threads, onDisk.logBytes(), onDisk.open());
            }
        }
    }

    private void restart(Path folder, int threads) {
        List<RecoveryReport> reports = new ArrayList<>();
        note("", threads, OneRestart.run(plan, folder, threads, reports));
        last = reports.get(0);
    }

    private void note(String prefix, int threads, OneRestart.Figures figures) {
        note(prefix + "analysis and redo", threads, figures.logBytes(), figures.analysis() + figures.redo());
        note(prefix + "    analysis alone", threads, figures.logBytes(), figures.analysis());
        note(prefix + "    redo alone", threads, figures.logBytes(), figures.redo());
        note(prefix + "    per second of the opener's processor", threads, figures.logBytes(), figures.ownProcessor());
        note(prefix + "    per second of all processors", threads, figures.logBytes(), figures.allProcessor());
        note(prefix + "    until the store is open", threads, figures.logBytes(), figures.open());
    }

    /** Restarts whose process does nothing else. */
    private void cold(CrashedStore store) {
        for (int round = 0; round < plan.cold(); round++) {
            for (int threads : plan.threads()) {
                note("new process: ", threads, OneRestart.inNewProcess(plan, store.fresh(), threads));
            }
        }
    }

    private RecoveryPhase phase(String name) {
        return OneRestart.phase(last, name);
    }

    private void raw(CrashedStore store, int threads) {
        RecoveryPhase redo = phase("redo");
        try (Disk disk = RawLog.disk(store.image())) {
            RawLog log = new RawLog(disk, redo.from(), redo.to());
            long begin = System.nanoTime();
            long bytes = log.read(threads);
            note("raw reading and CRC-32C, " + threads + " threads", bytes, System.nanoTime() - begin);
            long checksums = log.checksums();
            if (folded != 0 && folded != checksums) {
                throw new IllegalStateException("the same log gave checksums " + folded + " and " + checksums);
            }
            folded = checksums;
            if (threads == 1) {
                begin = System.nanoTime();
                note("LogReader, every record checked, 1 threads", log.scan(), System.nanoTime() - begin);
                if (passesTheCache) {
                    begin = System.nanoTime();
                    note("raw reading from the device and CRC-32C, 1 threads", log.readFromDevice(store.image()), System.nanoTime() - begin);
                }
            }
        }
    }

    private void note(String what, int threads, long bytes, long nanos) {
        note(what + ", " + threads + " threads", bytes, nanos);
    }

    private void note(String what, long bytes, long nanos) {
        speeds.computeIfAbsent(what, ignored -> new Samples()).add(bytes / 1048576.0 / (nanos / 1e9));
    }

    private void print() {
        RecoveryPhase redo = phase("redo");
        out.printf("%s, %d MiB of log, %,d records about pages, %,d of them applied, %,d pages of %d bytes, changes of %d bytes%n", plan.strategy(), redo.to() - redo.from() >> 20, redo.records(),
                redo.changesRedone(), plan.pages(), RestartPlan.PAGE_BYTES, plan.changeBytes());
        out.printf("%-60s %8s   %s%n", "MiB of log per second", "median", "least to most");
        speeds.forEach((what, samples) -> out.printf("%-60s %s%n", what, samples));
        for (int threads : plan.threads()) {
            out.printf("restart / raw, %d threads: %.2f%n", threads,
                    speeds.get("analysis and redo, " + threads + " threads").median() / speeds.get("raw reading and CRC-32C, " + threads + " threads").median());
        }
        out.println();
    }
}
