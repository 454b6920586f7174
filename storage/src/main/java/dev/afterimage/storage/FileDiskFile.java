package dev.afterimage.storage;

import dev.afterimage.spi.storage.ShortWriteException;
import dev.afterimage.spi.storage.SyncFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One file in a folder.
 *
 * <p>Room is reserved by writing zeros, never by asking the file system for extents alone: extents that hold no data yet cost a journal write at every later data-only sync that first
 * fills them, and a hole reserves nothing. What {@link #preallocate} reserves is what it adds; a hole that {@link #resize} or a write beyond the end left below the former
 * length stays a hole. A file system that copies on write (Btrfs, ZFS) cannot promise room for overwriting at all.
 */
final class FileDiskFile extends FileHandle {
    private static final int ZEROS_AT_ONCE = 256 << 10;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_AT_ONCE).asReadOnlyBuffer();

    private final SystemCalls.OpenFile file;
    private final FileState state;
    private final DiskFailures failures;

    FileDiskFile(String name, SystemCalls.OpenFile file, FileState state, String disk, DiskFailures failures, OpenHandles handles) {
        super(name, disk, handles);
        this.file = file;
        this.state = state;
        this.failures = failures;
    }

    @Override
    public long size() {
        checkOpen();
        try {
            return file.size();
        } catch (IOException failure) {
            throw failures.of("find the length of " + what(), failure);
        }
    }

    @Override
    public int read(ByteBuffer target, long position) {
        checkRead(target, position);
        int wanted = target.remaining();
        try {
            while (target.hasRemaining()) {
                long next = position + wanted - target.remaining();
                int count = file.read(target, next);
                if (count < 0) {
                    break;
                }
                if (count == 0) {
                    // Neither bytes nor the end: never to be taken for the end.
                    throw new IOException("the device returned no bytes at position " + next);
                }
            }
        } catch (IOException failure) {
            throw failures.of("read " + range(wanted, position), failure);
        }
        return wanted - target.remaining();
    }

    @Override
    public void write(ByteBuffer source, long position) {
        check(position);
        if (!source.hasRemaining()) {
            return;
        }
        long end = Math.addExact(position, source.remaining());
        if (end <= state.certainLength) {
            writeAll(source, position);
            return;
        }
        state.growing.lock();
        try {
            writeAll(source, position);
            state.certainLength = Math.max(state.certainLength, end);
        } finally {
            state.growing.unlock();
        }
    }

    /** A device may take a part at a time; once it takes nothing and gives no reason, there is nothing left to try. */
    private void writeAll(ByteBuffer source, long position) {
        int length = source.remaining();
        try {
            while (source.hasRemaining()) {
                long next = position + length - source.remaining();
                int count = file.write(source, next);
                if (count <= 0) {
                    throw new ShortWriteException("Cannot write " + range(length, position) + ": the device took " + (next - position) + " bytes and gave no reason for refusing the rest");
                }
            }
        } catch (IOException failure) {
            throw failures.ofWrite("write " + range(length, position), length, failure);
        }
    }

    @Override
    public void resize(long size) {
        check(size);
        state.growing.lock();
        try {
            long former = file.size();
            if (size < former) {
                state.certainLength = Math.min(state.certainLength, size);
                file.truncate(size);
            } else if (size > former) {
                writeAll(ZEROS.duplicate().limit(1), size - 1);
            }
            state.certainLength = size;
        } catch (IOException failure) {
            throw failures.of("resize " + what() + " to " + size + " bytes", failure);
        } finally {
            state.growing.unlock();
        }
    }

    @Override
    public void preallocate(long size) {
        check(size);
        state.growing.lock();
        try {
            long former = file.size();
            if (former < size) {
                appendZeros(former, size);
                state.certainLength = size;
            }
        } catch (IOException failure) {
            throw failures.of("preallocate " + size + " bytes for " + what(), failure);
        } finally {
            state.growing.unlock();
        }
    }

    /** All or nothing: where not all the zeros fit, the room that some of them took is given back, for on a full disk somebody will need it. */
    private void appendZeros(long former, long size) throws IOException {
        assert state.growing.isHeldByCurrentThread() && state.certainLength <= former;
        try {
            ByteBuffer zeros = ZEROS.duplicate();
            for (long position = former; position < size; position += zeros.limit()) {
                zeros.clear().limit((int) Math.min(ZEROS_AT_ONCE, size - position));
                writeAll(zeros, position);
            }
        } catch (Throwable failure) {
            try {
                file.truncate(former);
            } catch (IOException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
    }

    @Override
    public void sync() {
        force(true);
    }

    @Override
    public void syncData() {
        force(false);
    }

    private void force(boolean metadata) {
        checkOpen();
        state.syncing.lock();
        try {
            state.refuseAfterFailure(what());
            file.force(metadata);
        } catch (IOException failure) {
            state.syncFailed(failure);
            throw new SyncFailedException("Cannot sync " + what() + ": " + DiskFailures.reason(failure)
                    + ". What was written since the last sync may be lost; nobody knows. Close the store and open it again to recover", failure);
        } finally {
            state.syncing.unlock();
        }
    }

    @Override
    public void close() {
        super.close();
        try {
            file.close(); // closing twice is harmless beneath as well
        } catch (IOException failure) {
            throw failures.of("close " + what(), failure);
        }
    }

    private String range(int length, long position) {
        return length + " bytes at position " + position + " of " + what();
    }
}
