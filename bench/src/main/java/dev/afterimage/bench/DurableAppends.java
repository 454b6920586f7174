package dev.afterimage.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Other ways to make an append durable than R1, side by side with it: which of them a log had better take is for the machine to say. */
final class DurableAppends {
    private DurableAppends() {
    }

    /** One call that writes and syncs, through the operating system's cache. */
    static Measurement dsync(Benchmark benchmark, Path folder, long fileBytes, Measurement.RawLimit raw) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id()), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        ByteBuffer bytes = ByteBuffer.allocateDirect(RawAppends.APPEND_BYTES).put(RawAppends.payload());
        long[] position = {0};
        return new RawAppends.OnFile(RawAppends.subject(benchmark, 1, raw), file, channel, lane -> () -> {
            RawFile.writeFully(channel, bytes.rewind(), position[0]);
            position[0] = (position[0] + RawAppends.APPEND_BYTES) % fileBytes;
        });
    }

    /** One call that writes a whole block past the operating system's cache and returns when it is durable; with several threads, as many writes are under way at a time, each at the next free block. */
    static Measurement direct(Benchmark benchmark, Path folder, long fileBytes, int threads, Measurement.RawLimit raw) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id() + "-" + threads), fileBytes);
        List<FileChannel> channels = new ArrayList<>();
        List<Operation> lanes = new ArrayList<>();
        AtomicLong next = new AtomicLong();
        for (int lane = 0; lane < threads; lane++) {
            FileChannel channel = file.open(StandardOpenOption.WRITE, StandardOpenOption.DSYNC, RawFile.direct());
            channels.add(channel);
            ByteBuffer block = RawFile.aligned(RawFile.BLOCK_BYTES).put(RawAppends.payload());
            lanes.add(() -> RawFile.writeFully(channel, block.clear(), next.getAndAdd(RawFile.BLOCK_BYTES) % fileBytes));
        }
        return new RawAppends.OnFile(RawAppends.subject(benchmark, threads, raw), file, () -> {
            for (FileChannel channel : channels) {
                channel.close();
            }
        }, lanes::get);
    }

    /** Write and sync at the end of a file that grows by it: each sync has to make the new size durable, too. */
    static Measurement growing(Benchmark benchmark, Path folder, long fileBytes, Measurement.RawLimit raw) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id()), 0);
        FileChannel channel = file.open(StandardOpenOption.WRITE);
        ByteBuffer bytes = ByteBuffer.allocateDirect(RawAppends.APPEND_BYTES).put(RawAppends.payload());
        long[] position = {0};
        return new RawAppends.OnFile(RawAppends.subject(benchmark, 1, raw), file, channel, lane -> () -> {
            if (position[0] >= fileBytes) {
                channel.truncate(0);
                position[0] = 0;
            }
            RawFile.writeFully(channel, bytes.rewind(), position[0]);
            position[0] += RawAppends.APPEND_BYTES;
            channel.force(false);
        });
    }

    /** A copy into a memory map, and a sync of the page it lies in. */
    static Measurement mapped(Benchmark benchmark, Path folder, long fileBytes, Measurement.RawLimit raw) throws IOException {
        RawFile file = RawFile.make(folder.resolve(benchmark.id()), fileBytes);
        FileChannel channel = file.open(StandardOpenOption.READ, StandardOpenOption.WRITE);
        MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, fileBytes);
        byte[] bytes = RawAppends.payload();
        int[] position = {0};
        return new RawAppends.OnFile(RawAppends.subject(benchmark, 1, raw), file, channel, lane -> () -> {
            map.put(position[0], bytes);
            map.force(position[0], bytes.length);
            position[0] = (int) ((position[0] + bytes.length) % fileBytes);
        });
    }

    /** Whether files in this folder can be opened past the operating system's cache. */
    static boolean canBeDirect(Path folder) throws IOException {
        try (RawFile file = RawFile.make(folder.resolve("direct"), RawFile.BLOCK_BYTES); FileChannel channel = file.open(StandardOpenOption.WRITE, StandardOpenOption.DSYNC, RawFile.direct())) {
            channel.write(RawFile.aligned(RawFile.BLOCK_BYTES), 0);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
