package dev.afterimage.bench;

import java.io.IOException;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the JMH benchmarks with JMH's own arguments, in processes that get the module path of this one, which JMH does not think of; with what each call allocates. */
public final class JmhBench {
    private JmhBench() {
    }

    /** See JMH's own {@code -h}. */
    public static void main(String[] arguments) throws IOException, RunnerException, CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(arguments);
        if (given.shouldHelp()) {
            given.showHelp();
            return;
        }
        ChainedOptionsBuilder options = new OptionsBuilder().parent(given)
                .jvmArgsPrepend("--module-path=" + System.getProperty("jdk.module.path"), "--add-modules=dev.afterimage.bench").addProfiler(GCProfiler.class);
        Runner runner = new Runner(options.build());
        if (given.shouldList()) {
            runner.list();
        } else {
            runner.run();
        }
    }
}
