package dev.afterimage.wal;

import java.util.function.Consumer;

import dev.afterimage.spi.storage.Disk;

/** Shows a log to people; never writes. */
public final class LogDump {
    private final Disk disk;

    /** Looks at the log on that disk. */
    public LogDump(Disk disk) {
        this.disk = disk;
    }

    /** One line per segment file. */
    public void segments(Consumer<String> lines) {
        throw new UnsupportedOperationException("being written " + disk);
    }

    /** One line per record, from the oldest that is there, and one on how the log ends. */
    public void records(LogRecordDescriber describer, Consumer<String> lines) {
        throw new UnsupportedOperationException("being written");
    }
}
