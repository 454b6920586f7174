package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;

/**
 * The redo files: a ring of blocks, and before it, in the first file, the log header with its two checkpoint blocks. They have their length, and room on the disk, from the beginning on, and never grow
 * (InnoDB's {@code ib_logfile0}, {@code ib_logfile1} and so on).
 *
 * <p>Block {@code n} of the log lies at place {@code n % blocks} of the ring; who writes where, and what may be overwritten, is {@link RedoLog}'s business.
 *
 * <p>Any number of threads may read and write different blocks; syncs are for one at a time: a device reports a failed sync once, and whoever syncs after that one must not take the silence for success.
 */
final class RedoFiles implements AutoCloseable {
    static final int FILES = 4;

    private static final String NAME = "redo-";
    private static final int HEADER_BYTES = AlternatingBlock.FILE_BYTES;
    private static final int ZEROS_BYTES = 1 << 20;

    private final Disk disk;
    private final DiskFile[] files = new DiskFile[FILES];
    /** For each file, 1 from when something of it was written until a sync of it begins. */
    private final AtomicIntegerArray unsynced = new AtomicIntegerArray(FILES);
    private long blocks;

    private RedoFiles(Disk disk) {
        this.disk = disk;
    }

    /** Makes them anew, full of zeros, in place of what an interrupted attempt left. Their zeros are durable, their names not yet. */
    static RedoFiles create(Disk disk, long capacityBytes) {
        RedoFiles made = new RedoFiles(disk);
        try {
            for (int file = 0; file < FILES; file++) {
                if (disk.exists(NAME + file)) {
                    disk.delete(NAME + file);
                }
                made.files[file] = disk.create(NAME + file);
            }
            made.blocks = capacityBytes / RedoBlock.BYTES;
            // Not only a length but written zeros: a file system that marks room as unwritten would have to note, at each first write, that it no longer is.
            for (int file = 0; file < FILES; file++) {
                made.files[file].preallocate(made.fileBytes(file));
                made.fillWithZeros(file);
                made.files[file].sync();
            }
            return made;
        } catch (Throwable t) {
            made.close();
            throw t;
        }
    }

    /**
     * Opens those of a store; {@link #capacity} has to be told before blocks are used.
     *
     * @throws StoreDamagedException if one is missing
     */
    static RedoFiles open(Disk disk) {
        RedoFiles opened = new RedoFiles(disk);
        try {
            for (int file = 0; file < FILES; file++) {
                if (!disk.exists(NAME + file)) {
                    throw new StoreDamagedException("file " + NAME + file + " of the redo log is missing on " + disk.description());
                }
                opened.files[file] = disk.open(NAME + file);
            }
            return opened;
        } catch (Throwable t) {
            opened.close();
            throw t;
        }
    }

    /** The file whose first {@value AlternatingBlock#FILE_BYTES} bytes are the log header. */
    DiskFile header() {
        return files[0];
    }

    /**
     * What the header says of the size.
     *
     * @throws StoreDamagedException if the files have another
     */
    void capacity(long capacityBytes) {
        blocks = capacityBytes / RedoBlock.BYTES;
        for (int file = 0; file < FILES; file++) {
            if (files[file].size() != fileBytes(file)) {
                throw new StoreDamagedException("redo file " + NAME + file + " on " + disk.description() + ": expected " + fileBytes(file) + " bytes, found " + files[file].size());
            }
        }
    }

    /** Blocks of the ring. */
    long blocks() {
        return blocks;
    }

    /** Where a block lies, for messages. */
    String placeOf(long block) {
        return "redo file " + NAME + fileOf(block) + ", byte " + positionOf(block);
    }

    /** Reads consecutive blocks, as many as fit what the target has remaining: whole ones. */
    void read(long firstBlock, ByteBuffer target) {
        int limit = target.limit();
        long block = firstBlock;
        while (target.position() < limit) {
            int length = (int) Math.min(limit - target.position(), contiguous(block));
            int wanted = target.position() + length;
            target.limit(wanted);
            files[fileOf(block)].read(target, positionOf(block));
            if (target.position() < wanted) {
                throw new StoreDamagedException(placeOf(block) + " on " + disk.description() + ": expected " + length + " bytes, found an end of the file");
            }
            target.limit(limit);
            block += length / RedoBlock.BYTES;
        }
    }

    /** Writes consecutive blocks: all that the source has remaining. */
    void write(long firstBlock, ByteBuffer source) {
        int limit = source.limit();
        long block = firstBlock;
        while (source.position() < limit) {
            int length = (int) Math.min(limit - source.position(), contiguous(block));
            int file = fileOf(block);
            source.limit(source.position() + length);
            files[file].write(source, positionOf(block));
            source.limit(limit);
            // Behind the write: a sync that finds the mark has begun after the write had returned.
            unsynced.set(file, 1);
            block += length / RedoBlock.BYTES;
        }
    }

    /**
     * Makes durable all that was written before this call began. One thread at a time.
     *
     * @return how many files had to be synced
     */
    int sync() {
        int synced = 0;
        for (int file = 0; file < FILES; file++) {
            if (unsynced.getAndSet(file, 0) == 1) {
                files[file].syncData();
                synced++;
            }
        }
        return synced;
    }

    @Override
    public void close() {
        for (DiskFile file : files) {
            if (file != null) {
                file.close();
            }
        }
    }

    private int fileOf(long block) {
        return (int) (block % blocks / (blocks / FILES));
    }

    private long positionOf(long block) {
        int file = fileOf(block);
        return start(file) + block % blocks % (blocks / FILES) * RedoBlock.BYTES;
    }

    /** Bytes from a block's beginning to the end of its file. */
    private long contiguous(long block) {
        return fileBytes(fileOf(block)) - positionOf(block);
    }

    private long fileBytes(int file) {
        return start(file) + blocks / FILES * RedoBlock.BYTES;
    }

    private static long start(int file) {
        return file == 0 ? HEADER_BYTES : 0;
    }

    private void fillWithZeros(int file) {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, fileBytes(file)));
        for (long at = 0; at < fileBytes(file); at += zeros.capacity()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), fileBytes(file) - at));
            files[file].write(zeros, at);
        }
    }
}
