package dev.afterimage.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The simplest group commit that is any good, to compare with: whoever appends puts itself on a stack (Treiber's) and parks. Who finds the stack empty leads: it waits until the batch before it is on the disk, takes the
 * stack, writes what has gathered in one piece, syncs once, lets the next leader go, and wakes the others. Nothing is framed, checked or kept.
 */
final class GroupAppend {
    private final FileChannel channel;
    private final long fileBytes;
    private final ByteBuffer batch;
    private final AtomicReference<@Nullable Waiter> gathering = new AtomicReference<>();
    private final AtomicBoolean writing = new AtomicBoolean();
    private volatile @Nullable Thread nextLeader;
    private long position; // of the leader

    /** Appends to a file that is open for writing, from its beginning again when it is full. */
    GroupAppend(FileChannel channel, long fileBytes, int threadsMax, int bytesEach) {
        this.channel = channel;
        this.fileBytes = fileBytes;
        this.batch = ByteBuffer.allocateDirect(threadsMax * bytesEach);
    }

    /** One thread's appends of the same bytes. */
    Operation appends(byte[] bytes) {
        Waiter waiter = new Waiter(bytes);
        return () -> append(waiter);
    }

    private void append(Waiter waiter) throws IOException {
        waiter.thread = Thread.currentThread();
        waiter.done = false;
        Waiter below;
        do {
            below = gathering.get();
            waiter.below = below;
        } while (!gathering.compareAndSet(below, waiter));
        if (below == null) {
            lead(waiter);
        } else {
            while (!waiter.done) {
                LockSupport.park(this);
            }
        }
    }

    private void lead(Waiter leader) throws IOException {
        nextLeader = leader.thread;
        while (!writing.compareAndSet(false, true)) {
            LockSupport.park(this);
        }
        nextLeader = null;
        Waiter top = gathering.getAndSet(null);
        try {
            write(top);
        } finally { // if it failed, this thread says so and all others stop
            writing.set(false);
            LockSupport.unpark(nextLeader);
            wake(top, leader);
        }
    }

    private void write(@Nullable Waiter top) throws IOException {
        batch.clear();
        for (Waiter waiter = top; waiter != null; waiter = waiter.below) {
            batch.put(waiter.bytes);
        }
        batch.flip();
        if (position + batch.limit() > fileBytes) {
            position = 0;
        }
        long at = position;
        position += batch.limit();
        RawFile.writeFully(channel, batch, at);
        channel.force(false);
    }

    private static void wake(@Nullable Waiter top, Waiter leader) {
        for (Waiter waiter = top; waiter != null;) {
            Waiter below = waiter.below; // once it is done, its thread appends again
            if (waiter != leader) {
                Thread thread = waiter.thread;
                waiter.done = true;
                LockSupport.unpark(thread);
            }
            waiter = below;
        }
    }

    private static final class Waiter {
        private final byte[] bytes;
        private @Nullable Thread thread;
        private @Nullable Waiter below;
        private volatile boolean done;

        Waiter(byte[] bytes) {
            this.bytes = bytes;
        }
    }
}
