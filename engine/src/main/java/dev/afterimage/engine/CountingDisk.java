package dev.afterimage.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;

/**
 * A disk that counts what passes through it: what the statistics say of input and output is the truth, not what a strategy believes.
 *
 * <p>It can be {@linkplain #shut() shut}: from then on nothing reaches the disk beneath, though that stays open.
 */
final class CountingDisk implements Disk {
    private final Disk disk;
    private final LongAdder syncs = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private volatile boolean shut;

    CountingDisk(Disk disk) {
        this.disk = disk;
    }

    long syncs() {
        return syncs.sum();
    }

    long bytesWritten() {
        return bytesWritten.sum();
    }

    long bytesRead() {
        return bytesRead.sum();
    }

    /** Lets nothing through any more. */
    void shut() {
        shut = true;
    }

    private Disk beneath() {
        requireOpen();
        return disk;
    }

    private void requireOpen() {
        if (shut) {
            throw new DiskException(disk.description() + ": the store that used this disk is closed");
        }
    }

    @Override
    public DiskFile create(String name) {
        return new CountingFile(beneath().create(name));
    }

    @Override
    public DiskFile open(String name) {
        return new CountingFile(beneath().open(name));
    }

    @Override
    public boolean exists(String name) {
        return beneath().exists(name);
    }

    @Override
    public List<String> list() {
        return beneath().list();
    }

    @Override
    public void rename(String from, String to) {
        beneath().rename(from, to);
    }

    @Override
    public void delete(String name) {
        beneath().delete(name);
    }

    @Override
    public void syncNames() {
        beneath().syncNames();
        syncs.increment();
    }

    @Override
    public DiskLock lock(String name) {
        return beneath().lock(name);
    }

    @Override
    public DeviceGuarantees guarantees() {
        return disk.guarantees();
    }

    @Override
    public String description() {
        return disk.description();
    }

    @Override
    public void close() {
        disk.close();
    }

    private final class CountingFile implements DiskFile {
        private final DiskFile file;

        CountingFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public long size() {
            requireOpen();
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            requireOpen();
            int read = file.read(target, position);
            bytesRead.add(read);
            return read;
        }

        @Override
        public void write(ByteBuffer source, long position) {
            requireOpen();
            int before = source.remaining();
            try {
                file.write(source, position);
            } finally {
                bytesWritten.add(before - source.remaining());
            }
        }

        @Override
        public void resize(long size) {
            requireOpen();
            file.resize(size);
        }

        @Override
        public void preallocate(long size) {
            requireOpen();
            file.preallocate(size);
        }

        @Override
        public void sync() {
            requireOpen();
            file.sync();
            syncs.increment();
        }

        @Override
        public void syncData() {
            requireOpen();
            file.syncData();
            syncs.increment();
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
