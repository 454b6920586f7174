package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import dev.afterimage.spi.BackgroundTask;
import dev.afterimage.spi.BackgroundTasks;
import dev.afterimage.spi.storage.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads the piece of a file that comes next, on a thread of the engine's, while the reader looks at the piece before it.
 *
 * <pre>
 *   NONE --want--> WANTED --task--> READING --task--> READY --take, forget--> NONE
 *                    '---take, forget--> NONE   '--the read failed--> NONE
 * </pre>
 *
 * <p>It is never relied upon (rule N1): a piece that no task has begun to read when it is needed, or that could not be read, the reader reads for itself, and then gets the error if there is one. All
 * but the task's run is for the reader's thread.
 */
final class ReadAhead implements AutoCloseable {
    private static final int NONE = 0;
    private static final int WANTED = 1;
    private static final int READING = 2;
    private static final int READY = 3;

    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final long NAP_NANOS = 1_000_000;

    private final AtomicInteger state = new AtomicInteger(NONE);
    private final int room;
    private final BackgroundTask task;
    private volatile @Nullable Thread waiting;

    // Written while NONE by the reader, read by the task while READING.
    private ByteBuffer bytes;
    private @Nullable DiskFile file;
    private int offset;
    private int length;

    /**
     * Reads nothing yet.
     *
     * @param room bytes that are left free before each piece, for the end of the piece before it
     * @param pieceBytes bytes of a piece at most
     */
    ReadAhead(BackgroundTasks tasks, int room, int pieceBytes) {
        this.room = room;
        this.bytes = ByteBuffer.allocateDirect(room + pieceBytes).order(ByteOrder.LITTLE_ENDIAN);
        this.task = tasks.repeat("log read-ahead", PERIOD, this::run);
    }

    /** Asks for a piece of a file, which stays open until it is taken or forgotten. */
    void want(DiskFile wantedFile, int wantedOffset, int wantedLength) {
        assert state.get() == NONE && wantedLength <= bytes.capacity() - room;
        file = wantedFile;
        offset = wantedOffset;
        length = wantedLength;
        state.set(WANTED);
        task.wake();
    }

    /** Whether the piece that begins there has been read, or is just being read: then waits for it. Whatever the answer, nothing is wanted any more. */
    boolean take(int wantedOffset) {
        if (state.get() == NONE || state.compareAndSet(WANTED, NONE)) {
            return false;
        }
        waiting = Thread.currentThread();
        while (state.get() == READING) {
            LockSupport.parkNanos(this, NAP_NANOS);
        }
        waiting = null;
        return state.getAndSet(NONE) == READY && offset == wantedOffset;
    }

    /** Lets go of the file. */
    void forget() {
        take(-1);
        file = null;
    }

    /** The piece that was taken: {@link #length()} bytes, behind the room that was asked for. It is given in exchange for another buffer. */
    ByteBuffer swap(ByteBuffer other) {
        ByteBuffer taken = bytes;
        bytes = other.capacity() == taken.capacity() ? other : ByteBuffer.allocateDirect(taken.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        return taken;
    }

    int room() {
        return room;
    }

    int pieceBytes() {
        return bytes.capacity() - room;
    }

    int length() {
        return length;
    }

    private void run() {
        if (!state.compareAndSet(WANTED, READING)) {
            return;
        }
        boolean read = false;
        try {
            DiskFile from = file;
            bytes.limit(room + length).position(room);
            read = from != null && from.read(bytes, offset) == length;
        } catch (Throwable failed) {
            // The reader will read it again, and meet whatever there is to be met.
            read = false;
        } finally {
            state.set(read ? READY : NONE);
            LockSupport.unpark(waiting);
        }
    }

    @Override
    public void close() {
        forget();
        task.close();
    }
}
