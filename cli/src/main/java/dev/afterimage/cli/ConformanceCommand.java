package dev.afterimage.cli;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;

/** placeholder */
@Command(name = "conformance")
final class ConformanceCommand implements Callable<Integer> {
    @Override
    public Integer call() { return 0; }
}
