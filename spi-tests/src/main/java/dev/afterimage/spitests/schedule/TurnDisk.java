package dev.afterimage.spitests.schedule;

import java.nio.ByteBuffer;
import java.util.List;

import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spitests.disk.ForwardingDisk;
import dev.afterimage.spitests.disk.SimulatedDisk;

/** A simulated disk at each call of which the turn may go to another thread; at a sync twice: before it begins, and between its beginning and its end. */
public final class TurnDisk extends ForwardingDisk {
    private static final int SYNC_ONE_IN = 2;
    private static final int CALL_ONE_IN = 12;

    private final SimulatedDisk disk;

    /** Around a disk. */
    public TurnDisk(SimulatedDisk disk) {
        super(disk);
        this.disk = disk;
    }

    /** A sync is about to begin; nobody else comes in between before it has, so the fault strikes this one and no other. */
    private void beforeSync() {
        Turns.pass();
        if (ScheduledThread.current() != null) {
            disk.faults().duringNextSync(name -> true, () -> Turns.passSlowly(SYNC_ONE_IN));
        }
    }

    @Override
    protected DiskFile around(DiskFile file) {
        return new TurnFile(file);
    }

    @Override
    public DiskFile create(String name) {
        Turns.pass();
        return super.create(name);
    }

    @Override
    public DiskFile open(String name) {
        Turns.pass();
        return super.open(name);
    }

    @Override
    public boolean exists(String name) {
        Turns.pass();
        return super.exists(name);
    }

    @Override
    public List<String> list() {
        Turns.pass();
        return super.list();
    }

    @Override
    public void rename(String from, String to) {
        Turns.pass();
        super.rename(from, to);
    }

    @Override
    public void delete(String name) {
        Turns.pass();
        super.delete(name);
    }

    @Override
    public void syncNames() {
        beforeSync();
        super.syncNames();
    }

    @Override
    public DiskLock lock(String name) {
        Turns.pass();
        return super.lock(name);
    }

    private final class TurnFile implements DiskFile {
        private final DiskFile file;

        TurnFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            Turns.passSlowly(CALL_ONE_IN);
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) {
            Turns.passSlowly(CALL_ONE_IN);
            file.write(source, position);
        }

        @Override
        public void resize(long size) {
            Turns.pass();
            file.resize(size);
        }

        @Override
        public void preallocate(long size) {
            Turns.pass();
            file.preallocate(size);
        }

        @Override
        public void sync() {
            beforeSync();
            file.sync();
        }

        @Override
        public void syncData() {
            beforeSync();
            file.syncData();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
