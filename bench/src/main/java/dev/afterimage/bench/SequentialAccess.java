package dev.afterimage.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

import dev.afterimage.cli.benchmark.BenchmarkRow;

/** What files give when they are read or written in pieces of a mebibyte from first to last, and when pages are read at random; and what memory gives. */
final class SequentialAccess {
    private static final int PIECE_BYTES = 1 << 20;

    private SequentialAccess() {
    }

    private static Measurement.Subject subject(Benchmark benchmark, int threads) {
        return new Measurement.Subject(benchmark.id(), BenchmarkRow.RAW, threads, BenchmarkRow.NONE, "MiB", 1, null);
    }

    private static OpenOption[] options(boolean direct, OpenOption access) {
        return direct ? new OpenOption[] {access, RawFile.direct()} : new OpenOption[] {access};
    }

    /** Writes; past the operating system's cache where that can be had, or else with a sync behind each piece. */
    static Measurement write(Benchmark benchmark, Path folder, long fileBytes, boolean direct) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id()), fileBytes);
        FileChannel channel = file.open(options(direct, StandardOpenOption.WRITE));
        ByteBuffer piece = RawFile.random(RawFile.aligned(PIECE_BYTES));
        long[] position = {0};
        return new RawAppends.OnFile(subject(benchmark, 1), file, channel, lane -> () -> {
            RawFile.writeFully(channel, piece.clear(), position[0]);
            position[0] = (position[0] + PIECE_BYTES) % fileBytes;
            if (!direct) {
                channel.force(false);
            }
        });
    }

    /** Reads, each thread the next piece that no other has taken; from the disk, if it is direct, and else from the operating system's cache; with a CRC-32C of each piece or without. */
    static Measurement read(Benchmark benchmark, Path folder, long fileBytes, int threads, boolean direct, boolean checked) throws IOException {
        RawFile file = RawFile.makeRandom(folder.resolve(benchmark.id()), fileBytes);
        FileChannel channel = file.open(options(direct, StandardOpenOption.READ));
        AtomicLong next = new AtomicLong();
        List<Operation> lanes = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            ByteBuffer piece = RawFile.aligned(PIECE_BYTES);
            CRC32C crc = new CRC32C();
            lanes.add(() -> {
                RawFile.readFully(channel, piece.clear(), next.getAndAdd(PIECE_BYTES) % fileBytes);
                if (checked) {
                    crc.update(piece.flip());
                }
            });
        }
        return new RawAppends.OnFile(subject(benchmark, threads), file, channel, lanes::get);
    }

    /** Reads ten pages at random from a file in the operating system's cache, as a transaction does whose pages are not in the store's. */
    static Measurement pages(Benchmark benchmark, Path folder, int pages, int threads) throws IOException {
        RawFile file = RawFile.makeRandom(folder.resolve(benchmark.id() + "-" + threads), (long) pages * Stores.PAGE_BYTES);
        FileChannel channel = file.open(StandardOpenOption.READ);
        List<Operation> lanes = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            ByteBuffer page = RawFile.aligned(Stores.PAGE_BYTES);
            RandomNumbers random = new RandomNumbers(lane);
            lanes.add(() -> {
                for (int i = 0; i < PageReads.PER_TRANSACTION; i++) {
                    RawFile.readFully(channel, page.clear(), (long) random.below(pages) * Stores.PAGE_BYTES);
                }
            });
        }
        return new RawAppends.OnFile(new Measurement.Subject(benchmark.id(), BenchmarkRow.RAW, threads, BenchmarkRow.NONE, "page reads", PageReads.PER_TRANSACTION, null), file, channel, lanes::get);
    }

    /** Copies from memory to memory, more than the processor's caches hold. */
    static Measurement copy(Benchmark benchmark, int bytes) {
        ByteBuffer source = ByteBuffer.allocateDirect(bytes);
        ByteBuffer target = ByteBuffer.allocateDirect(bytes);
        int[] position = {0};
        return new RawMemory.InMemory(subject(benchmark, 1), List.of(() -> {
            target.put(position[0], source, position[0], PIECE_BYTES);
            position[0] = (position[0] + PIECE_BYTES) % bytes;
        }));
    }
}
