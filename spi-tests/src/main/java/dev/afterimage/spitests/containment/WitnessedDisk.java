package dev.afterimage.spitests.containment;

import java.nio.ByteBuffer;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.ForwardingDisk;

/** A disk that tells a witness after each call that may have changed something on it; syncs count, reads do not. */
final class WitnessedDisk extends ForwardingDisk {
    private final Runnable witness;

    WitnessedDisk(Disk beneath, Runnable witness) {
        super(beneath);
        this.witness = witness;
    }

    @Override
    protected DiskFile around(DiskFile file) {
        return new WitnessedFile(file);
    }

    @Override
    public DiskFile create(String name) {
        DiskFile created = super.create(name);
        witness.run();
        return created;
    }

    @Override
    public void rename(String from, String to) {
        super.rename(from, to);
        witness.run();
    }

    @Override
    public void delete(String name) {
        super.delete(name);
        witness.run();
    }

    @Override
    public void syncNames() {
        super.syncNames();
        witness.run();
    }

    private final class WitnessedFile extends ForwardingDisk.ForwardingFile {
        WitnessedFile(DiskFile file) {
            super(file);
        }

        @Override
        public void write(ByteBuffer source, long position) {
            super.write(source, position);
            witness.run();
        }

        @Override
        public void resize(long size) {
            super.resize(size);
            witness.run();
        }

        @Override
        public void preallocate(long size) {
            super.preallocate(size);
            witness.run();
        }

        @Override
        public void sync() {
            super.sync();
            witness.run();
        }

        @Override
        public void syncData() {
            super.syncData();
            witness.run();
        }
    }
}
