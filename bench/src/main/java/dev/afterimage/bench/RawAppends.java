package dev.afterimage.bench;

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
    private static final int FULL_FILE_BYTES = 64 << 20;
    private static final int TINY_FILE_BYTES = 1 << 20;

    private RawAppends() {
    }

    static long fileBytes(boolean tiny) {
        return tiny ? TINY_FILE_BYTES : FULL_FILE_BYTES;
    }

    static byte[] payload() {
        byte[] bytes = new byte[APPEND_BYTES];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }

    /** One thread: write, and sync of data. */
    static Measurement alone(String benchmark, Path folder, long fileBytes) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        ByteBuffer bytes = ByteBuffer.allocateDirect(APPEND_BYTES).put(payload());
        long[] position = {0};
        return new OnFile(subject(benchmark, 1, Durability.POWER_SAFE, null), file, channel, lane -> () -> {
            RawFile.writeFully(channel, bytes.rewind(), position[0]);
            position[0] = (position[0] + APPEND_BYTES) % fileBytes;
            channel.force(false);
        });
    }

    /** Several threads by group commit. */
    static Measurement group(String benchmark, Path folder, long fileBytes, int threads, Measurement.RawLimit raw) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark + "-" + threads), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        GroupAppend group = new GroupAppend(channel, fileBytes, threads, APPEND_BYTES);
        byte[] bytes = payload();
        return new OnFile(subject(benchmark, threads, Durability.POWER_SAFE, raw), file, channel, lane -> group.appends(bytes));
    }

    /** Threads that write without a sync, each at the next free place. */
    static Measurement unsynced(String benchmark, Path folder, long fileBytes, int threads) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark + "-" + threads), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        AtomicLong next = new AtomicLong();
        return new OnFile(subject(benchmark, threads, Durability.PROCESS_SAFE, null), file, channel, lane -> {
            ByteBuffer bytes = ByteBuffer.allocateDirect(APPEND_BYTES).put(payload());
            return () -> RawFile.writeFully(channel, bytes.rewind(), next.getAndAdd(APPEND_BYTES) % fileBytes);
        });
    }

    private static Measurement.Subject subject(String benchmark, int threads, Durability durability, Measurement.@Nullable RawLimit raw) {
        return new Measurement.Subject(benchmark, BenchmarkRow.RAW, threads, durability.name(), "appends", 1, raw);
    }

    /** An operation on a file of its own, which goes when it is closed. */
    record OnFile(Subject subject, RawFile file, FileChannel opened, IntFunction<Operation> lanes) implements Measurement {
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
