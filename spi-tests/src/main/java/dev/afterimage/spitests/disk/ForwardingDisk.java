package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;

/** A disk that passes every call on to another; something around a disk extends it and overrides the calls that it is about. */
public class ForwardingDisk implements Disk {
    private final Disk beneath;

    /** Passes calls on to that disk. */
    public ForwardingDisk(Disk beneath) {
        this.beneath = Objects.requireNonNull(beneath, "beneath");
    }

    /** What stands around a file that was created or opened; the file itself, unless overridden. */
    protected DiskFile around(DiskFile file) {
        return file;
    }

    @Override
    public DiskFile create(String name) {
        return around(beneath.create(name));
    }

    @Override
    public DiskFile open(String name) {
        return around(beneath.open(name));
    }

    @Override
    public boolean exists(String name) {
        return beneath.exists(name);
    }

    @Override
    public List<String> list() {
        return beneath.list();
    }

    @Override
    public void rename(String from, String to) {
        beneath.rename(from, to);
    }

    @Override
    public void delete(String name) {
        beneath.delete(name);
    }

    @Override
    public void syncNames() {
        beneath.syncNames();
    }

    @Override
    public DiskLock lock(String name) {
        return beneath.lock(name);
    }

    @Override
    public DeviceGuarantees guarantees() {
        return beneath.guarantees();
    }

    @Override
    public String description() {
        return beneath.description();
    }

    @Override
    public void close() {
        beneath.close();
    }

    /** A file that passes every call on to another. */
    public static class ForwardingFile implements DiskFile {
        private final DiskFile beneath;

        /** Passes calls on to that file. */
        public ForwardingFile(DiskFile beneath) {
            this.beneath = Objects.requireNonNull(beneath, "beneath");
        }

        @Override
        public String name() {
            return beneath.name();
        }

        @Override
        public long size() {
            return beneath.size();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            return beneath.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) {
            beneath.write(source, position);
        }

        @Override
        public void resize(long size) {
            beneath.resize(size);
        }

        @Override
        public void preallocate(long size) {
            beneath.preallocate(size);
        }

        @Override
        public void sync() {
            beneath.sync();
        }

        @Override
        public void syncData() {
            beneath.syncData();
        }

        @Override
        public void close() {
            beneath.close();
        }
    }
}
