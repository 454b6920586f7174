package dev.afterimage.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;

/**
 * A disk in memory that knows what a crash leaves of it. Each call that changes something is first shown to {@link #beforeChange}, which may throw. One monitor guards all of it;
 * nothing here waits.
 */
class TestDisk implements Disk {
    /** What a crash does to what was not synced. */
    enum Crash { DROPS_UNSYNCED, KEEPS_ALL, KEEPS_NAMES_DROPS_BYTES, KEEPS_BYTES_DROPS_NAMES }

    private static final class Content {
        private byte[] seen = new byte[0];
        private byte[] synced = new byte[0];
    }

    private final Map<String, Content> names = new TreeMap<>();
    private Map<String, Content> syncedNames = new TreeMap<>();
    private final Set<String> locks = new HashSet<>();
    final List<String> calls = new ArrayList<>();
    Consumer<String> beforeChange = call -> { };
    boolean closed;

    /** The disk as it is found after a crash now. */
    synchronized TestDisk crash(Crash crash) {
        TestDisk after = new TestDisk();
        boolean keepsNames = crash == Crash.KEEPS_ALL || crash == Crash.KEEPS_NAMES_DROPS_BYTES;
        boolean keepsBytes = crash == Crash.KEEPS_ALL || crash == Crash.KEEPS_BYTES_DROPS_NAMES;
        (keepsNames ? names : syncedNames).forEach((name, content) -> {
            Content copy = new Content();
            copy.seen = (keepsBytes ? content.seen : content.synced).clone();
            copy.synced = copy.seen.clone();
            after.names.put(name, copy);
        });
        after.syncedNames = new TreeMap<>(after.names);
        return after;
    }

    synchronized Map<String, String> picture() {
        Map<String, String> picture = new HashMap<>();
        names.forEach((name, content) -> picture.put(name, Arrays.toString(content.seen)));
        return picture;
    }

    synchronized void put(String name, byte[] bytes) {
        Content content = new Content();
        content.seen = bytes.clone();
        content.synced = bytes.clone();
        names.put(name, content);
        syncedNames.put(name, content);
    }

    synchronized byte[] bytes(String name) {
        return names.get(name).seen.clone();
    }

    private void change(String call) {
        calls.add(call);
        beforeChange.accept(call);
    }

    @Override
    public synchronized DiskFile create(String name) {
        change("create " + name);
        if (names.containsKey(name)) {
            throw new FileExistsException(name + " exists");
        }
        names.put(name, new Content());
        return new File(name, names.get(name));
    }

    @Override
    public synchronized DiskFile open(String name) {
        Content content = names.get(name);
        if (content == null) {
            throw new FileMissingException("no file " + name);
        }
        return new File(name, content);
    }

    @Override
    public synchronized boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized void rename(String from, String to) {
        change("rename " + from + " " + to);
        Content content = names.remove(from);
        if (content == null) {
            throw new FileMissingException("no file " + from);
        }
        names.put(to, content);
    }

    @Override
    public synchronized void delete(String name) {
        change("delete " + name);
        if (names.remove(name) == null) {
            throw new FileMissingException("no file " + name);
        }
    }

    @Override
    public synchronized void syncNames() {
        change("syncNames");
        syncedNames = new TreeMap<>(names);
    }

    @Override
    public synchronized DiskLock lock(String name) {
        change("lock " + name);
        if (!locks.add(name)) {
            throw new DiskLockedException("this disk is locked by another store of this process");
        }
        names.putIfAbsent(name, new Content());
        return () -> unlock(name);
    }

    private synchronized void unlock(String name) {
        locks.remove(name);
    }

    synchronized boolean isLocked() {
        return !locks.isEmpty();
    }

    @Override
    public DeviceGuarantees guarantees() {
        return DeviceGuarantees.SECTOR;
    }

    @Override
    public String description() {
        return "test disk";
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class File implements DiskFile {
        private final String name;
        private final Content content;

        File(String name, Content content) {
            this.name = name;
            this.content = content;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() {
            synchronized (TestDisk.this) {
                return content.seen.length;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) {
            synchronized (TestDisk.this) {
                int length = (int) Math.max(0, Math.min(target.remaining(), content.seen.length - position));
                target.put(content.seen, (int) Math.min(position, content.seen.length), length);
                return length;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) {
            synchronized (TestDisk.this) {
                change("write " + name);
                int end = (int) position + source.remaining();
                byte[] next = Arrays.copyOf(content.seen, Math.max(content.seen.length, end));
                source.get(next, (int) position, source.remaining());
                content.seen = next;
            }
        }

        @Override
        public void resize(long size) {
            synchronized (TestDisk.this) {
                change("resize " + name);
                content.seen = Arrays.copyOf(content.seen, (int) size);
            }
        }

        @Override
        public void preallocate(long size) {
            if (size > size()) {
                resize(size);
            }
        }

        @Override
        public void sync() {
            synchronized (TestDisk.this) {
                change("sync " + name);
                content.synced = content.seen.clone();
            }
        }

        @Override
        public void syncData() {
            sync();
        }

        @Override
        public void close() {
        }
    }

    /** The power is gone: neither the engine nor a strategy can do anything about it. */
    static final class PowerLost extends DiskException {
        private static final long serialVersionUID = 1L;

        PowerLost() {
            super("the power is gone");
        }
    }
}
