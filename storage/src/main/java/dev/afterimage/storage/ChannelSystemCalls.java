package dev.afterimage.storage;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The real system calls, on channels that an interrupt cannot close.
 *
 * <p>A {@link java.nio.channels.FileChannel} is closed by the first interrupt that meets a thread in it, for every thread that shares it; and a {@code force} that is
 * interrupted may have consumed the one report of a lost write that Linux makes to each open file description. Reopening and
 * repeating can mend the first but not, by itself, the second. So this class uses no interruptible channel at all: an {@link AsynchronousFileChannel} is positional, closes only when it is told to, and its
 * {@code force}, {@code size} and {@code truncate} run uninterrupted in the calling thread. Its reads and writes run in an executor, and ours is the calling thread itself
 * ({@link CallerThread}): no hand-over, and the result is there when the call returns. Each file keeps the one description it was opened with until it is closed, so no report of a
 * lost write passes us by. See decision 0002.
 */
final class ChannelSystemCalls implements SystemCalls {
    static final ChannelSystemCalls INSTANCE = new ChannelSystemCalls();

    private static final boolean WINDOWS = File.separatorChar == '\\';

    /** On Windows the JDK's implementation needs threads of its own; there a null executor means the JDK's default pool, and the caller waits. */
    private static final @Nullable ExecutorService EXECUTOR = WINDOWS ? null : new CallerThread();

    private ChannelSystemCalls() {}

    @Override
    public OpenFile create(Path file) throws IOException {
        return openWith(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public OpenFile open(Path file) throws IOException {
        return openWith(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public OpenFile openOrCreate(Path file) throws IOException {
        return openWith(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public OpenFile openToRead(Path file) throws IOException {
        return openWith(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public OpenFile openFolder(Path folder) throws IOException {
        // Windows opens no folders; NTFS journals names by itself.
        return WINDOWS ? new UnsyncedFolder() : openWith(folder, StandardOpenOption.READ);
    }

    private static OpenFile openWith(Path file, OpenOption... options) throws IOException {
        return new Channel(AsynchronousFileChannel.open(file, Set.of(options), EXECUTOR));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    private static final class Channel implements OpenFile {
        private final AsynchronousFileChannel channel;

        Channel(AsynchronousFileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return result(channel.read(target, position));
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            try {
                return result(channel.write(source, position));
            } catch (NonWritableChannelException e) {
                throw new IOException("Permission denied: it could be opened for reading only", e);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            try {
                channel.truncate(size);
            } catch (NonWritableChannelException e) {
                throw new IOException("Permission denied: it could be opened for reading only", e);
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            channel.force(metadata);
        }

        @Override
        public boolean tryLock() throws IOException {
            return channel.tryLock() != null;
        }

        @Override
        public boolean tryLockShared() throws IOException {
            return channel.tryLock(0, Long.MAX_VALUE, true) != null;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        /** Where the calling thread did the work itself, the result is there already. Elsewhere an interrupt only waits its turn: the buffer is in use until the end. */
        private static int result(Future<Integer> pending) throws IOException {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return pending.get();
                    } catch (InterruptedException later) {
                        interrupted = true;
                    }
                }
            } catch (ExecutionException failed) {
                Throwable cause = failed.getCause();
                if (cause instanceof Error) {
                    throw (Error) cause;
                }
                throw cause instanceof IOException ? (IOException) cause : new IOException(cause);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** Runs each task at once, in the thread that brings it. It has no state, so it needs no end. */
    private static final class CallerThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }
    }

    private static final class UnsyncedFolder implements OpenFile {
        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void force(boolean metadata) {}

        @Override
        public boolean tryLock() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean tryLockShared() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
