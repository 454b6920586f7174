package dev.afterimage.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import dev.afterimage.api.Durability;
import dev.afterimage.cli.benchmark.BenchmarkRow;
import org.jspecify.annotations.Nullable;

/** What appending 256 bytes costs where no store is in the way: alone, and with several threads that share their writes and syncs. */
final class RawAppends {
    /** What is appended each time, in bytes: about what the log of a transfer is. */
    static final int APPEND_BYTES = 256;

    private RawAppends() {
    }

    static byte[] payload() {
        byte[] bytes = new byte[APPEND_BYTES];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }

    /** One thread: write, and sync of data. */
    static Measurement alone(Benchmark benchmark, Path folder, long fileBytes) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id()), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        ByteBuffer bytes = ByteBuffer.allocateDirect(APPEND_BYTES).put(payload());
        long[] position = {0};
        return new OnFile(subject(benchmark, 1, null), file, channel, lane -> () -> {
            RawFile.writeFully(channel, bytes.rewind(), position[0]);
            position[0] = (position[0] + APPEND_BYTES) % fileBytes;
            channel.force(false);
        });
    }

    /** Several threads by group commit. */
    static Measurement group(Benchmark benchmark, Path folder, long fileBytes, int threads, Measurement.RawLimit raw) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id() + "-" + threads), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        GroupAppend group = new GroupAppend(channel, fileBytes, threads, APPEND_BYTES);
        byte[] bytes = payload();
        return new OnFile(subject(benchmark, threads, raw), file, channel, lane -> group.appends(bytes));
    }

    /** Threads that write without a sync, each at the next free place. */
    static Measurement unsynced(Benchmark benchmark, Path folder, long fileBytes, int threads) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id() + "-" + threads), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        AtomicLong next = new AtomicLong();
        return new OnFile(new Measurement.Subject(benchmark.id(), BenchmarkRow.RAW, threads, Durability.PROCESS_SAFE.name(), "appends", 1, null), file, channel, lane -> {
            ByteBuffer bytes = ByteBuffer.allocateDirect(APPEND_BYTES).put(payload());
            return () -> RawFile.writeFully(channel, bytes.rewind(), next.getAndAdd(APPEND_BYTES) % fileBytes);
        });
    }

    /** A row of durable appends. */
    static Measurement.Subject subject(Benchmark benchmark, int threads, Measurement.@Nullable RawLimit raw) {
        return new Measurement.Subject(benchmark.id(), BenchmarkRow.RAW, threads, Durability.POWER_SAFE.name(), "appends", 1, raw);
    }

    /** An operation on a file of its own, which goes when it is closed. */
    record OnFile(Subject subject, RawFile file, Closeable opened, IntFunction<Operation> lanes) implements Measurement {
        @Override
        public Sample measure(long nanos) {
            return ClosedLoop.run(subject.threads(), nanos, lanes);
        }

        @Override
        public void close() throws IOException {
            opened.close();
            file.close();
        }
    }
}
