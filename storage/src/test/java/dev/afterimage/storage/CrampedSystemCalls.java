package dev.afterimage.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real system, with files that can grow only to so many bytes: beyond that the device is full, after having taken what still fitted. */
final class CrampedSystemCalls implements SystemCalls {
    private final SystemCalls real = ChannelSystemCalls.INSTANCE;
    private final long fileBytesMax;

    CrampedSystemCalls(long fileBytesMax) {
        this.fileBytesMax = fileBytesMax;
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        return new CrampedFile(real.create(file));
    }

    @Override
    public OpenFile open(Path file) throws IOException {
        return new CrampedFile(real.open(file));
    }

    @Override
    public OpenFile openOrCreate(Path file) throws IOException {
        return real.openOrCreate(file);
    }

    @Override
    public OpenFile openToRead(Path file) throws IOException {
        return real.openToRead(file);
    }

    @Override
    public OpenFile openFolder(Path folder) throws IOException {
        return real.openFolder(folder);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        real.move(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        real.delete(file);
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return real.usableBytes(folder);
    }

    private final class CrampedFile implements OpenFile {
        private final OpenFile file;

        CrampedFile(OpenFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            long room = fileBytesMax - position;
            if (room <= 0) {
                throw new IOException("No space left on device");
            }
            int limit = source.limit();
            source.limit((int) Math.min(limit, source.position() + room));
            try {
                return file.write(source, position);
            } finally {
                source.limit(limit);
            }
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            file.force(metadata);
        }

        @Override
        public boolean tryLock() throws IOException {
            return file.tryLock();
        }

        @Override
        public boolean tryLockShared() throws IOException {
            return file.tryLockShared();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
