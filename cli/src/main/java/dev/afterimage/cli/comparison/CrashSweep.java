package dev.afterimage.cli.comparison;

import dev.afterimage.spi.RecoveryStrategyProvider;

final class CrashSweep {
    CrashSweep(ComparisonPlan plan, RecoveryStrategyProvider strategy) { }
    record Outcome(long states, long lost, long torn) { }
    Outcome run(Progress progress) { return new Outcome(0, 0, 0); }
}
