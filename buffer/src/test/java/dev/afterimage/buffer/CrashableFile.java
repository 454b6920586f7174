package dev.afterimage.buffer;

import dev.afterimage.spi.storage.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A file whose power can fail: it remembers for each sector the durable version and every version written since the last sync, and can show each mixture of
 * them. A sync persists all that was written before it.
 */
final class CrashableFile implements DiskFile {
    static final int SECTOR = 512;

    private final List<byte[]> durable = new ArrayList<>();
    private final List<List<byte[]>> pending = new ArrayList<>();
    private Consumer<CrashableFile> beforeSync = file -> { };
    RuntimeException nextSync;
    RuntimeException nextWrite;
    int syncs;

    CrashableFile(byte[] image) {
        for (int at = 0; at < image.length; at += SECTOR) {
            durable.add(Arrays.copyOfRange(image, at, at + SECTOR));
            pending.add(new ArrayList<>());
        }
    }

    /** Called when a sync is about to complete: the moment at which the most is undecided. */
    void beforeSync(Consumer<CrashableFile> look) {
        beforeSync = look;
    }

    /**
     * Every image that a crash now may leave: each unsynced sector holds its durable version, any version written since, or trash.
     */
    List<byte[]> crashImages() {
        List<byte[]> images = new ArrayList<>();
        images.add(image(true));
        for (int sector = 0; sector < pending.size(); sector++) {
            List<byte[]> versions = pending.get(sector);
            if (versions.isEmpty()) {
                continue;
            }
            List<byte[]> choices = new ArrayList<>(versions);
            byte[] trash = new byte[SECTOR];
            Arrays.fill(trash, (byte) 0xA5);
            choices.add(trash);
            List<byte[]> more = new ArrayList<>(images);
            for (byte[] image : images) {
                for (byte[] choice : choices) {
                    byte[] other = image.clone();
                    System.arraycopy(choice, 0, other, sector * SECTOR, SECTOR);
                    more.add(other);
                }
            }
            images = more;
        }
        return images;
    }

    byte[] image(boolean onlyDurable) {
        byte[] image = new byte[durable.size() * SECTOR];
        for (int sector = 0; sector < durable.size(); sector++) {
            System.arraycopy(onlyDurable ? durable.get(sector) : newest(sector), 0, image, sector * SECTOR, SECTOR);
        }
        return image;
    }

    private byte[] newest(int sector) {
        List<byte[]> versions = pending.get(sector);
        return versions.isEmpty() ? durable.get(sector) : versions.get(versions.size() - 1);
    }

    @Override
    public String name() {
        return "roots";
    }

    @Override
    public long size() {
        return (long) durable.size() * SECTOR;
    }

    @Override
    public int read(ByteBuffer target, long position) {
        byte[] image = image(false);
        int count = (int) Math.max(0, Math.min(target.remaining(), image.length - position));
        target.put(image, (int) Math.min(position, image.length), count);
        return count;
    }

    @Override
    public void write(ByteBuffer source, long position) {
        if (nextWrite != null) {
            throw nextWrite;
        }
        preallocate(position + source.remaining());
        byte[] image = image(false);
        int first = (int) position / SECTOR;
        int last = (int) (position + source.remaining() - 1) / SECTOR;
        source.get(image, (int) position, source.remaining());
        for (int sector = first; sector <= last; sector++) {
            pending.get(sector).add(Arrays.copyOfRange(image, sector * SECTOR, (sector + 1) * SECTOR));
        }
    }

    @Override
    public void resize(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void preallocate(long size) {
        while (size() < size) {
            durable.add(new byte[SECTOR]);
            pending.add(new ArrayList<>());
        }
    }

    @Override
    public void sync() {
        beforeSync.accept(this);
        syncs++;
        if (nextSync != null) {
            throw nextSync;
        }
        for (int sector = 0; sector < durable.size(); sector++) {
            durable.set(sector, newest(sector));
            pending.get(sector).clear();
        }
    }

    @Override
    public void syncData() {
        sync();
    }

    @Override
    public void close() {}
}
