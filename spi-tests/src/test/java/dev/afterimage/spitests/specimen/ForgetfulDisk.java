package dev.afterimage.spitests.specimen;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;

/** A disk that forgets to sync some files, and says that it did. */
final class ForgetfulDisk implements Disk {
    private final Disk beneath;
    private final Predicate<String> forgets;

    ForgetfulDisk(Disk beneath, Predicate<String> forgets) {
        this.beneath = beneath;
        this.forgets = forgets;
    }

    @Override
    public DiskFile create(String name) {
        return new ForgetfulFile(beneath.create(name));
    }

    @Override
    public DiskFile open(String name) {
        return new ForgetfulFile(beneath.open(name));
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
        return "forgetful " + beneath.description();
    }

    @Override
    public void close() {
        beneath.close();
    }

    private final class ForgetfulFile implements DiskFile {
        private final DiskFile file;

        ForgetfulFile(DiskFile file) {
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
            file.write(source, position);
        }

        @Override
        public void resize(long size) {
            file.resize(size);
        }

        @Override
        public void preallocate(long size) {
            file.preallocate(size);
        }

        @Override
        public void sync() {
            if (!forgets.test(name())) {
                file.sync();
            }
        }

        @Override
        public void syncData() {
            if (!forgets.test(name())) {
                file.syncData();
            }
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
