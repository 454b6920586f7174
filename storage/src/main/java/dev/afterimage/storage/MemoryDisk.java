package dev.afterimage.storage;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import dev.afterimage.spi.storage.FileNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One opening of a disk in memory. Its files stay when it is closed, until the process ends; a sync has nothing to do.
 *
 * <p>It does not forget what was not synced: for that, the conformance kit has a simulated disk.
 */
final class MemoryDisk implements Disk {
    private final MemoryDiskContents contents;
    private final OpenHandles handles;

    MemoryDisk(MemoryDiskContents contents) {
        this.contents = contents;
        handles = new OpenHandles(description());
    }

    @Override
    public DiskFile create(String name) {
        check(name);
        MemoryFileBytes bytes = new MemoryFileBytes(contents);
        contents.names.lock();
        try {
            if (contents.files.putIfAbsent(name, bytes) != null) {
                throw new FileExistsException("Cannot create " + what(name) + ": there is one of that name already");
            }
        } finally {
            contents.names.unlock();
        }
        return opened(name, bytes);
    }

    @Override
    public DiskFile open(String name) {
        check(name);
        MemoryFileBytes bytes = contents.files.get(name);
        if (bytes == null) {
            throw missing(name);
        }
        return opened(name, bytes);
    }

    private DiskFile opened(String name, MemoryFileBytes bytes) {
        return handles.add(new MemoryDiskFile(name, bytes, description(), handles));
    }

    @Override
    public boolean exists(String name) {
        check(name);
        return contents.files.containsKey(name);
    }

    @Override
    public List<String> list() {
        handles.checkOpen();
        return List.copyOf(contents.files.keySet());
    }

    @Override
    public void rename(String from, String to) {
        check(from);
        check(to);
        contents.names.lock();
        try {
            MemoryFileBytes bytes = contents.files.get(from);
            if (bytes == null) {
                throw missing(from);
            }
            if (!from.equals(to)) {
                contents.files.put(to, bytes);
                contents.files.remove(from);
            }
        } finally {
            contents.names.unlock();
        }
    }

    @Override
    public void delete(String name) {
        check(name);
        contents.names.lock();
        try {
            if (contents.files.remove(name) == null) {
                throw missing(name);
            }
        } finally {
            contents.names.unlock();
        }
    }

    @Override
    public void syncNames() {
        handles.checkOpen();
    }

    @Override
    public DiskLock lock(String name) {
        check(name);
        return handles.add(MemoryDiskLock.acquire(contents, name, handles::remove));
    }

    @Override
    public DeviceGuarantees guarantees() {
        return DeviceGuarantees.SECTOR;
    }

    @Override
    public String description() {
        return "memory:" + contents.name;
    }

    @Override
    public void close() {
        @Nullable DiskException failure = handles.close();
        assert failure == null : "nothing here can fail";
    }

    private void check(String name) {
        FileNames.check(name);
        handles.checkOpen();
    }

    private FileMissingException missing(String name) {
        return new FileMissingException("There is no " + what(name));
    }

    private String what(String name) {
        return "file \"" + name + "\" in " + description();
    }

    @Override
    public String toString() {
        return "MemoryDisk[" + contents.name + "]";
    }
}
