package dev.afterimage.bench;

import java.io.EOFException;
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
        return make(path, bytes, ByteBuffer.allocateDirect(PIECE_BYTES));
    }

    /** The same full of bytes that no disk recognizes. */
    static RawFile makeRandom(Path path, long bytes) throws IOException {
        return make(path, bytes, random(ByteBuffer.allocateDirect(PIECE_BYTES)));
    }

    /** Fills a buffer; its position is where it was. */
    static ByteBuffer random(ByteBuffer target) {
        RandomNumbers numbers = new RandomNumbers(target.capacity());
        for (int at = target.position(); at + Long.BYTES <= target.limit(); at += Long.BYTES) {
            target.putLong(at, numbers.next());
        }
        return target;
    }

    private static RawFile make(Path path, long bytes, ByteBuffer piece) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; at += PIECE_BYTES) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, bytes - at));
                writeFully(channel, piece, at);
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

    /** The same of reading. */
    static void readFully(FileChannel channel, ByteBuffer target, long at) throws IOException {
        for (long from = at; target.hasRemaining();) {
            int read = channel.read(target, from);
            if (read < 0) {
                throw new EOFException("the file ends at " + from);
            }
            from += read;
        }
    }

    /**
     * The option that passes the operating system's cache. By name, for compilers of later JDKs warn of the class that has it, which is of the JDK but not of Java.
     *
     * @throws UnsupportedOperationException if this JDK has none
     */
    static OpenOption direct() {
        try {
            for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
        } catch (ClassNotFoundException e) {
            throw new UnsupportedOperationException(e);
        }
        throw new UnsupportedOperationException("no option DIRECT");
    }

    /** Memory that begins at a multiple of a block, as direct access wants it. */
    static ByteBuffer aligned(int bytes) {
        return ByteBuffer.allocateDirect(bytes + BLOCK_BYTES).alignedSlice(BLOCK_BYTES).limit(bytes).slice();
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
