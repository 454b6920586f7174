package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.ShortWriteException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.jspecify.annotations.Nullable;

/** A handle of a file: it stays with the file, whatever becomes of the name. */
final class SimulatedFile implements DiskFile {
    private final SimulatedDisk disk;
    private final String name;
    private final Inode inode;
    private volatile boolean closed;

    SimulatedFile(SimulatedDisk disk, String name, Inode inode) {
        this.disk = disk;
        this.name = name;
        this.inode = inode;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        requireUsable();
        return inode.content().size();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        requireUsable();
        requireNotNegative(position);
        if (disk.faults().strike(DiskFaults.Kind.READ, name) instanceof DiskFaults.Effect.ReadFails fails) {
            if (fails.memory()) {
                throw new OutOfMemoryError("read '" + name + "': no memory left, on purpose");
            }
            throw new DiskException("read '" + name + "' at " + position + ": input/output error, on purpose");
        }
        if (disk.faults().isBad(inode.number(), position, Math.min(target.remaining(), inode.content().size() - position))) {
            throw new DiskException("read '" + name + "' at " + position + ": input/output error in a bad sector, on purpose");
        }
        int length = inode.content().read(target, position);
        DiskWatcher watcher = disk.recorder().watcher();
        if (watcher != null) {
            watcher.read(name, position, length);
        }
        return length;
    }

    @Override
    public void write(ByteBuffer source, long position) {
        requireNotNegative(position);
        long started = disk.recorder().next();
        ReentrantLock gate = disk.gate();
        gate.lock();
        try {
            requireUsableForChange();
            int asked = source.remaining();
            if (asked == 0) {
                return;
            }
            DiskFaults.@Nullable Effect effect = disk.faults().strike(DiskFaults.Kind.WRITE, name);
            int taken = effect instanceof DiskFaults.Effect.WriteFails fails ? (int) Math.min(asked, fails.bytesTaken()) : asked;
            int fitting = fitting(position, taken);
            if (effect instanceof DiskFaults.Effect.WriteStrays strays) {
                stray(source, position, fitting, strays.sectorsAway() * Sector.BYTES, started);
            } else {
                apply(source, position, fitting, started);
            }
            if (fitting < taken) {
                throw full("write of " + asked + " bytes at " + position + " to");
            }
            if (effect instanceof DiskFaults.Effect.WriteFails fails) {
                throw failure(fails, asked, taken, position);
            }
        } finally {
            gate.unlock();
        }
    }

    /** How many of the bytes find room, sector by sector from the first; takes the room. */
    private int fitting(long position, int length) {
        long end = position + length;
        for (long sector = position / Sector.BYTES; sector * Sector.BYTES < end; sector++) {
            if (!disk.room().take(inode, Math.toIntExact(sector))) {
                return (int) Math.max(0, sector * Sector.BYTES - position);
            }
        }
        return length;
    }

    private void apply(ByteBuffer source, long position, int length, long started) {
        if (length == 0) {
            return;
        }
        FileContent before = inode.content();
        SectorRun run = before.overwritten(source, position, length);
        FileContent after = before.with(run, Math.max(before.size(), position + length));
        inode.content(after);
        disk.faults().written(inode.number(), position, length);
        Recorder recorder = disk.recorder();
        recorder.add(new DiskEvent.Written(recorder.call(started), name, inode.number(), position, length, run, before.size(), after.size()));
    }

    /** A write that goes elsewhere in the file as it is, or nowhere; the length grows where it should. */
    private void stray(ByteBuffer source, long position, int length, long away, long started) {
        long target = position + away;
        boolean elsewhere = away != 0 && target >= 0 && target + length <= inode.content().size();
        if (elsewhere) {
            apply(source, target, length, started);
        } else {
            source.position(source.position() + length);
        }
        if (position + length > inode.content().size()) {
            changeSize(position + length, started, false);
        }
    }

    private DiskFullException full(String what) {
        disk.faults().countStrike();
        return new DiskFullException(what + " '" + name + "': no room left on " + disk.description() + ", " + disk.room());
    }

    private DiskException failure(DiskFaults.Effect.WriteFails fails, int asked, int taken, long position) {
        return fails.isShort()
                ? new ShortWriteException("write to '" + name + "' at " + position + ": the device took " + taken + " of " + asked + " bytes, on purpose")
                : new DiskException("write to '" + name + "' at " + position + ": input/output error after " + taken + " of " + asked + " bytes, on purpose");
    }

    @Override
    public void resize(long size) {
        requireNotNegative(size);
        long started = disk.recorder().next();
        disk.gate().lock();
        try {
            requireUsableForChange();
            disk.room().release(inode, Inode.sectors(size));
            changeSize(size, started, false);
        } finally {
            disk.gate().unlock();
        }
    }

    @Override
    public void preallocate(long size) {
        requireNotNegative(size);
        long started = disk.recorder().next();
        disk.gate().lock();
        try {
            requireUsableForChange();
            // Room is promised for what is added, not for holes among what is there.
            long added = inode.content().size();
            if (size > added && !disk.room().take(inode, (int) (added / Sector.BYTES), Inode.sectors(size))) {
                throw full("preallocate " + size + " bytes of");
            }
            changeSize(Math.max(size, inode.content().size()), started, true);
        } finally {
            disk.gate().unlock();
        }
    }

    private void changeSize(long size, long started, boolean preallocated) {
        FileContent before = inode.content();
        if (size != before.size()) {
            inode.content(before.resized(size));
            Recorder recorder = disk.recorder();
            recorder.add(new DiskEvent.Resized(recorder.call(started), name, inode.number(), before.size(), size, preallocated));
        }
    }

    @Override
    public void sync() {
        sync(SyncScope.FILE);
    }

    @Override
    public void syncData() {
        sync(SyncScope.DATA);
    }

    private void sync(SyncScope scope) {
        requireUsable();
        SyncFailure failure = disk.sync(inode, name, scope);
        if (failure != null) {
            throw new SyncFailedException("sync of '" + name + "': the device reports an error, on purpose (" + failure + ")");
        }
    }

    @Override
    public void close() {
        disk.gate().lock();
        try {
            if (!closed) {
                closed = true;
                disk.closed(this, inode);
            }
        } finally {
            disk.gate().unlock();
        }
    }

    private void requireUsable() {
        disk.requireUsable();
        if (closed) {
            throw new DiskException("the handle of '" + name + "' is closed");
        }
    }

    private void requireUsableForChange() {
        disk.requireUsableForChange();
        requireUsable();
    }

    private static void requireNotNegative(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("expected no negative position or size, found " + value);
        }
    }

    @Override
    public String toString() {
        return name + " of " + inode.content().size() + " bytes on " + disk.description();
    }
}
