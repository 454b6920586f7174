package dev.afterimage.engine;

import java.nio.ByteBuffer;
import java.util.List;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;

/** A disk for those who may only look: whatever would change something is refused, so that no strategy's mistake can harm the store. */
final class ReadOnlyDisk implements Disk {
    private final Disk disk;

    ReadOnlyDisk(Disk disk) {
        this.disk = disk;
    }

    private IllegalStateException refusal(String what) {
        return new IllegalStateException(disk.description() + ": " + what + " was attempted while somebody only looks");
    }

    @Override
    public DiskFile create(String name) {
        throw refusal("making file " + name);
    }

    @Override
    public DiskFile open(String name) {
        return new ReadOnlyFile(disk.open(name));
    }

    @Override
    public boolean exists(String name) {
        return disk.exists(name);
    }

    @Override
    public List<String> list() {
        return disk.list();
    }

    @Override
    public void rename(String from, String to) {
        throw refusal("renaming file " + from);
    }

    @Override
    public void delete(String name) {
        throw refusal("deleting file " + name);
    }

    @Override
    public void syncNames() {
        throw refusal("a sync of names");
    }

    @Override
    public DiskLock lock(String name) {
        throw refusal("taking the lock " + name);
    }

    @Override
    public DeviceGuarantees guarantees() {
        return disk.guarantees();
    }

    @Override
    public String description() {
        return disk.description();
    }

    /** Leaves the disk beneath open: it is somebody else's. */
    @Override
    public void close() {
    }

    private final class ReadOnlyFile implements DiskFile {
        private final DiskFile file;

        private ReadOnlyFile(DiskFile file) {
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
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) {
            throw refusal("writing to file " + name());
        }

        @Override
        public void resize(long size) {
            throw refusal("resizing file " + name());
        }

        @Override
        public void preallocate(long size) {
            throw refusal("filling file " + name());
        }

        @Override
        public void sync() {
            throw refusal("a sync of file " + name());
        }

        @Override
        public void syncData() {
            throw refusal("a sync of file " + name());
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
