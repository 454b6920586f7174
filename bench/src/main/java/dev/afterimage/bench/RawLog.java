package dev.afterimage.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskProvider;
import dev.afterimage.wal.LogAnchor;
import dev.afterimage.wal.LogEnd;
import dev.afterimage.wal.LogReader;
import dev.afterimage.wal.LogSettings;

/**
 * The speed to compare with: the same log files, read from first to last in large pieces through the same disk, each piece run through CRC-32C, and nothing else: no record is looked at. Several threads
 * share the files among themselves. And next to it, what it takes to read the same log record by record.
 */
final class RawLog {
    private static final int PIECE_BYTES = 256 << 10;
    private static final int DEVICE_PIECE_BYTES = 1 << 20;
    /** Where a segment's header has the store's number; the table is in the package description of {@code dev.afterimage.wal}. */
    private static final int STORE_ID_AT = 16;

    private final Disk disk;
    private final List<String> segments = new ArrayList<>();
    private final int segmentBytes;
    private final long storeId;
    private final int timeline;
    private final long from;
    private final long to;
    private final AtomicLong checksums = new AtomicLong();
    private long records;

    /** The log between two positions. */
    RawLog(Disk disk, long from, long to) {
        this.disk = disk;
        this.from = from;
        this.to = to;
        List<String> names = disk.list().stream().filter(name -> name.matches("[0-9a-f]{24}")).toList();
        try (DiskFile first = disk.open(names.get(0))) {
            segmentBytes = Math.toIntExact(first.size());
            ByteBuffer header = ByteBuffer.allocate(STORE_ID_AT + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            first.read(header, 0);
            storeId = header.getLong(STORE_ID_AT);
        }
        names.stream().filter(name -> start(name) < to && start(name) + segmentBytes > from).forEach(segments::add);
        timeline = Integer.parseInt(segments.get(0).substring(0, 8), 16);
    }

    static Disk disk(Path folder) {
        return ServiceLoader.load(DiskProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.scheme().equals("file")).findFirst()
                .orElseThrow(() -> new IllegalStateException("the module dev.afterimage.storage is missing")).open(folder.toString());
    }

    private long start(String name) {
        return Long.parseLong(name.substring(8), 16) * segmentBytes;
    }

    /** Reads and checks all of it; returns the bytes that were read. */
    long read(int threads) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread[] others = new Thread[threads - 1];
        for (int i = 0; i < others.length; i++) {
            others[i] = new Thread(() -> readShare(next), "raw " + i);
            others[i].setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            others[i].start();
        }
        readShare(next);
        for (Thread other : others) {
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
        return to - from;
    }

    /** The same on one thread, past the operating system's cache: what the device gives. Returns the bytes that were read. */
    long readFromDevice(Path folder) {
        CRC32C crc = new CRC32C();
        ByteBuffer piece = RawFile.aligned(DEVICE_PIECE_BYTES);
        long bytes = 0;
        for (String segment : segments) {
            try (FileChannel channel = FileChannel.open(folder.resolve(segment), StandardOpenOption.READ, RawFile.direct())) {
                for (long at = 0; at < segmentBytes; at += DEVICE_PIECE_BYTES) {
                    piece.clear().limit((int) Math.min(DEVICE_PIECE_BYTES, segmentBytes - at));
                    RawFile.readFully(channel, piece, at);
                    crc.update(piece.flip());
                    bytes += piece.limit();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        checksums.compareAndSet(0, crc.getValue()); // asked for, lest the compiler leave it out
        return bytes;
    }

    /** Reads all of it record by record, each checked, on one thread: the least that any use of the log takes. Returns the bytes that were read. */
    long scan() {
        try (LogReader reader = LogReader.openAgain(disk, new LogSettings(segmentBytes, LogSettings.DEFAULT.bufferBytes()), storeId, new LogAnchor(timeline, from),
                new LogEnd(timeline, to, 0))) {
            while (reader.next()) {
                records++;
            }
        }
        return to - from;
    }

    /** Records that {@link #scan} met. */
    long records() {
        return records;
    }

    /** The checksums of all pieces, folded: that somebody asks for them keeps the compiler from leaving them out. */
    long checksums() {
        return checksums.get();
    }

    private void readShare(AtomicInteger next) {
        long folded = 0;
        CRC32C crc = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        for (int i = next.getAndIncrement(); i < segments.size(); i = next.getAndIncrement()) {
            long start = start(segments.get(i));
            try (DiskFile file = disk.open(segments.get(i))) {
                long end = Math.min(segmentBytes, to - start);
                for (long at = Math.max(0, from - start); at < end; at += PIECE_BYTES) {
                    piece.clear().limit((int) Math.min(PIECE_BYTES, end - at));
                    file.read(piece, at);
                    crc.reset();
                    crc.update(piece.flip());
                    folded += crc.getValue();
                }
            }
        }
        checksums.addAndGet(folded);
    }
}
