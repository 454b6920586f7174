package dev.afterimage.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of a fixed size, written full of zeros and synced, as a log's segments are: then nothing but bytes changes when it is written, and one sync of data is enough. */
final class RawFile implements AutoCloseable {
    /** What a block of the disk is taken to be: direct writes begin and end at multiples. */
    static final int BLOCK_BYTES = 4 << 10;
    private static final int PIECE_BYTES = 1 << 20;

    private final Path path;
    private final long bytes;

    private RawFile(Path path, long bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    static RawFile make(Path path, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (long at = 0; at < bytes; at += PIECE_BYTES) {
                zeros.clear().limit((int) Math.min(PIECE_BYTES, bytes - at));
                writeFully(channel, zeros, at);
            }
            channel.force(true);
        }
        return new RawFile(path, bytes);
    }

    Path path() {
        return path;
    }

    long bytes() {
        return bytes;
    }

    FileChannel open(OpenOption... options) throws IOException {
        return FileChannel.open(path, options);
    }

    /** Writes all of it, whatever the system takes at once. */
    static void writeFully(FileChannel channel, ByteBuffer source, long at) throws IOException {
        for (long to = at; source.hasRemaining();) {
            to += channel.write(source, to);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
