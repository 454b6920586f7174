package dev.afterimage.spitests.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Names and bytes of a disk at rest. Immutable; images share the sectors they have in common, and a sector of zeros costs nothing.
 *
 * <p>The methods that return a changed copy serve rot and misdirected writes: damage on the medium that no crash explains.
 */
public final class DiskImage {
    /** No files. */
    public static final DiskImage EMPTY = new DiskImage(new TreeMap<>());

    private static final int EXPORT_BYTES = 1 << 20;

    private final SortedMap<String, FileContent> files;
    private final long hash;

    /** Takes the map over. */
    DiskImage(SortedMap<String, FileContent> files) {
        this.files = files;
        long sum = files.size();
        for (Map.Entry<String, FileContent> file : files.entrySet()) {
            sum += Hashing.mix(Hashing.ofText(file.getKey()) + file.getValue().hash());
        }
        this.hash = sum;
    }

    /** The names, sorted. */
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    /** Whether there is a file of this name. */
    public boolean contains(String name) {
        return files.containsKey(name);
    }

    /** Length of a file in bytes. */
    public long size(String name) {
        return content(name).size();
    }

    /** Bytes of a file from a position; fewer than asked only at its end. */
    public byte[] read(String name, long position, int length) {
        FileContent content = content(name);
        byte[] bytes = new byte[(int) Math.max(0, Math.min(length, content.size() - position))];
        content.read(ByteBuffer.wrap(bytes), position);
        return bytes;
    }

    /** 64 bits over all names, lengths and bytes: equal images have equal hashes, and different ones differ but for bad luck. */
    public long hash() {
        return hash;
    }

    /** A copy with a file of these bytes, in place of any of that name. */
    public DiskImage withFile(String name, byte[] bytes) {
        return with(name, FileContent.EMPTY).resize(name, bytes.length).overwrite(name, 0, bytes);
    }

    /** A copy without that file. */
    public DiskImage withoutFile(String name) {
        content(name);
        return with(name, null);
    }

    /** A copy with one bit turned round. */
    public DiskImage flipBit(String name, long bytePosition, int bit) {
        return with(name, content(name).flipBit(bytePosition, bit));
    }

    /** A copy with one sector of 512 bytes zeroed. */
    public DiskImage zeroSector(String name, long sector) {
        FileContent content = content(name);
        if (sector < 0 || sector * Sector.BYTES >= content.size()) {
            throw new IllegalArgumentException("sector: expected one within the " + content.size() + " bytes of " + name + ", found " + sector);
        }
        return with(name, FileContent.of(content.size(), content.sectors().with(sector, null)));
    }

    /** A copy with bytes written over; the length stays. */
    public DiskImage overwrite(String name, long position, byte[] bytes) {
        FileContent content = content(name);
        if (position < 0 || position + bytes.length > content.size()) {
            throw new IllegalArgumentException("expected a range within the " + content.size() + " bytes of " + name + ", found " + bytes.length + " bytes at "
                    + position);
        }
        if (bytes.length == 0) {
            return this;
        }
        return with(name, content.with(content.overwritten(ByteBuffer.wrap(bytes), position, bytes.length), content.size()));
    }

    /** A copy with a file cut, or grown with zeros. */
    public DiskImage resize(String name, long size) {
        return with(name, content(name).resized(size));
    }

    /**
     * Writes every file into an existing folder, where another tool can look at it. Sectors of zeros become holes.
     *
     * @throws UncheckedIOException if a file exists already or cannot be written
     */
    public void exportTo(Path folder) {
        try {
            for (String name : files.keySet()) {
                export(name, folder.resolve(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("export to " + folder, e);
        }
    }

    /**
     * The image of the plain files in a folder.
     *
     * @throws UncheckedIOException if a file cannot be read
     */
    public static DiskImage importFrom(Path folder) {
        SortedMap<String, FileContent> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(String.valueOf(path.getFileName()), contentOf(path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("import from " + folder, e);
        }
        return new DiskImage(files);
    }

    FileContent content(String name) {
        FileContent content = files.get(name);
        if (content == null) {
            throw new IllegalArgumentException("expected one of the files " + files.keySet() + ", found '" + name + "'");
        }
        return content;
    }

    private DiskImage with(String name, @Nullable FileContent content) {
        SortedMap<String, FileContent> copy = new TreeMap<>(files);
        if (content == null) {
            copy.remove(name);
        } else {
            copy.put(name, content);
        }
        return new DiskImage(copy);
    }

    private void export(String name, Path path) throws IOException {
        FileContent content = content(name);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long sector = content.sectors().next(0); sector >= 0; sector = content.sectors().next(sector + 1)) {
                long at = sector * Sector.BYTES;
                ByteBuffer bytes = ByteBuffer.wrap(read(name, at, Sector.BYTES));
                while (bytes.hasRemaining()) {
                    at += channel.write(bytes, at);
                }
            }
            // A file that ends in zeros gets its length from its last byte.
            if (channel.size() < content.size()) {
                channel.write(ByteBuffer.allocate(1), content.size() - 1);
            }
        }
    }

    private static FileContent contentOf(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            FileContent content = FileContent.EMPTY.resized(channel.size());
            ByteBuffer buffer = ByteBuffer.allocate(EXPORT_BYTES);
            for (long at = 0; channel.read(buffer.clear(), at) > 0;) {
                buffer.flip();
                int length = buffer.remaining();
                content = content.with(content.overwritten(buffer, at, length), Math.max(content.size(), at + length));
                at += length;
            }
            return content;
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("image ").append(Long.toHexString(hash)).append(" {");
        files.forEach((name, content) -> text.append(' ').append(name).append('=').append(content.size()));
        return text.append(" }").toString();
    }
}
