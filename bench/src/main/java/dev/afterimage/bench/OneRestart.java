package dev.afterimage.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;
import dev.afterimage.api.PageStore;
import dev.afterimage.api.PageStores;
import dev.afterimage.api.RecoveryPhase;
import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.api.RecoveryReport;
import dev.afterimage.api.StoreListener;

/** Opens a crashed store once and measures that; in this process, or as the first and only thing that a process does. */
final class OneRestart {
    private static final OperatingSystemMXBean PROCESS = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What came out; all in nanoseconds. Processor times go from the call that opens the store to the end of redo. */
    record Figures(long logBytes, long analysis, long redo, long open, long ownProcessor, long allProcessor) {
        /** What {@link #toString} printed. */
        static Figures parse(String line) {
            long[] values = new long[6];
            String[] words = line.strip().split(" ");
            for (int i = 0; i < values.length; i++) {
                values[i] = Long.parseLong(words[i]);
            }
            return new Figures(values[0], values[1], values[2], values[3], values[4], values[5]);
        }

        @Override
        public String toString() {
            return logBytes + " " + analysis + " " + redo + " " + open + " " + ownProcessor + " " + allProcessor;
        }
    }

    private final long ownBegin = THREADS.getCurrentThreadCpuTime();
    private final long allBegin = PROCESS.getProcessCpuTime();
    private final Thread opener = Thread.currentThread();
    private long own;
    private long all;
    private RecoveryReport report;

    private OneRestart() {
    }

    /** One restart as a process of its own does it; prints its figures. */
    public static void main(String[] arguments) {
        RestartPlan plan = RestartPlan.of(arguments);
        List<RecoveryReport> reports = new ArrayList<>();
        System.out.println(run(plan, plan.folder(), plan.threads().get(0), reports));
    }

    /** The same in a new process, whose code is not compiled yet. */
    static Figures inNewProcess(RestartPlan plan, Path folder, int threads) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-p", System.getProperty("jdk.module.path"), "-m",
                "dev.afterimage.bench/" + OneRestart.class.getName()));
        command.addAll(plan.arguments(threads));
        command.add("--folder=" + folder);
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the process " + command + " ended with " + process.exitValue());
            }
            return Figures.parse(printed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One restart in this process; adds its report. */
    static Figures run(RestartPlan plan, Path folder, int threads, List<RecoveryReport> reports) {
        OneRestart restart = new OneRestart();
        Figures figures = restart.open(plan, folder, threads);
        reports.add(restart.report);
        return figures;
    }

    private Figures open(RestartPlan plan, Path folder, int threads) {
        long begin = System.nanoTime();
        try (PageStore opened = PageStores.open(CrashedStore.config(plan, folder, threads).listener(new StoreListener() {
            @Override
            public void recoveryProgress(RecoveryProgress progress) {
                if (progress.phase().equals("redo") && progress.done() == progress.total() && Thread.currentThread() == opener) {
                    own = THREADS.getCurrentThreadCpuTime() - ownBegin;
                    all = PROCESS.getProcessCpuTime() - allBegin;
                }
            }
        }).build())) {
            long open = System.nanoTime() - begin;
            report = opened.recoveryReport();
            RecoveryPhase redo = phase(report, "redo");
            return new Figures(redo.to() - redo.from(), phase(report, "analysis").duration().toNanos(), redo.duration().toNanos(), open, own, all);
        }
    }

    static RecoveryPhase phase(RecoveryReport report, String name) {
        return report.phases().stream().filter(phase -> phase.name().equals(name)).findFirst().orElseThrow();
    }
}
