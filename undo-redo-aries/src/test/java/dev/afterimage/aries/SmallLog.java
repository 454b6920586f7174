package dev.afterimage.aries;

import java.util.Map;

import dev.afterimage.spitests.workbench.Workbench;

/** This strategy on the kit's workbench, with a log so small that it fills up and comes round. */
final class SmallLog {
    static final Workbench.Setup SETUP = new Workbench.Setup(new AriesProvider(), Map.of("wal-segment-size", "256KiB", "max-wal-size", "1MiB", "wal-buffers", "64KiB"));

    private SmallLog() {
    }
}
