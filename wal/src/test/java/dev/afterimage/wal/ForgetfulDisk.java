package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import dev.afterimage.spi.storage.SyncFailedException;
import org.jspecify.annotations.Nullable;

/**
 * A disk that forgets what was not synced. Each sector of 512 bytes keeps its last durable version and every version written since; a crash picks one for each,
 * independently. Lengths survive as a prefix of their history, and so does each name's; a rename is one step over two names.
 */
final class ForgetfulDisk implements Disk {
    static final int SECTOR = 512;

    /** Thrown by every call once the power is gone. */
    static final class PowerLost extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What an operation does, to which file. */
    record Operation(String kind, String file, long position, int bytes) {
    }

    private record NameStep(Map<String, @Nullable ForgetfulBytes> names) {
    }

    private final Map<String, ForgetfulBytes> durableNames = new TreeMap<>();
    private final Map<String, ForgetfulBytes> names = new TreeMap<>();
    private final List<NameStep> steps = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private long capacity = Long.MAX_VALUE;
    private int powerLossAt = Integer.MAX_VALUE;
    private boolean dead;
    private Predicate<Operation> syncFails = operation -> false;
    private Predicate<Operation> fails = operation -> false;
    private @Nullable Throwable readFailure;
    private Predicate<Operation> readFails = operation -> false;
    private int syncs;
    private int openFiles;
    private Consumer<Operation> journal = operation -> { };

    /** Everybody who wants to know in which order things are done; told before each is. */
    synchronized void tell(Consumer<Operation> to) {
        journal = to;
    }

    /** Bytes there are; what needs more is refused. */
    synchronized void limitTo(long bytes) {
        capacity = bytes;
    }

    /** No more room than is used now. */
    synchronized void fill() {
        capacity = used();
    }

    synchronized long used() {
        Set<ForgetfulBytes> inodes = new HashSet<>(names.values());
        return inodes.stream().mapToLong(ForgetfulBytes::room).sum();
    }

    /** The power goes when that many operations have been done. */
    synchronized void losePowerAt(int operation) {
        powerLossAt = operation;
    }

    synchronized boolean isDead() {
        return dead;
    }

    /** Syncs that match fail, and lose what they should have made durable, though reads go on showing it (as ext4 and XFS do). */
    synchronized void failSyncs(Predicate<Operation> which) {
        syncFails = which;
    }

    synchronized void failWrites(Predicate<Operation> which) {
        fails = which;
    }

    synchronized void failReads(Predicate<Operation> which, Throwable how) {
        readFails = which;
        readFailure = how;
    }

    synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** Files opened or created and not yet closed. */
    synchronized int openFiles() {
        return openFiles;
    }

    synchronized int syncs() {
        return syncs;
    }

    /** Changes a byte as rot does: durably, behind everybody's back. */
    synchronized void flip(String name, long position) {
        ForgetfulBytes inode = require(name);
        inode.cached[(int) position] ^= 0x10;
        inode.durable[(int) position] ^= 0x10;
    }

    /** Puts bytes there durably, behind everybody's back; what else was written to those sectors is as good as synced. */
    synchronized void plant(String name, long position, byte[] bytes) {
        ForgetfulBytes inode = require(name);
        for (int sector = (int) position / SECTOR; sector <= ((int) position + bytes.length - 1) / SECTOR; sector++) {
            ForgetfulBytes.place(inode.durable, sector, Arrays.copyOfRange(inode.cached, sector * SECTOR, (sector + 1) * SECTOR));
            inode.pending.remove(sector);
            inode.limbo.remove(sector);
        }
        System.arraycopy(bytes, 0, inode.cached, (int) position, bytes.length);
        System.arraycopy(bytes, 0, inode.durable, (int) position, bytes.length);
    }

    synchronized byte[] bytes(String name) {
        return require(name).cached.clone();
    }

    /** What is there after the death of the process alone: everything, but durable only what was. Open handles are dropped, injected faults too. */
    synchronized ForgetfulDisk afterProcessKill() {
        ForgetfulDisk after = copy();
        after.steps.addAll(steps);
        return after;
    }

    /** The disk after a power loss that keeps each unsynced thing with probability {@code keep}. */
    synchronized ForgetfulDisk afterPowerLoss(RandomGenerator random, double keep, boolean trash) {
        ForgetfulDisk copy = copy();
        ForgetfulDisk after = new ForgetfulDisk();
        Map<String, ForgetfulBytes> left = new TreeMap<>(copy.durableNames);
        Set<String> broken = new HashSet<>();
        for (NameStep step : copy.steps) {
            if (random.nextDouble() >= keep || step.names.keySet().stream().anyMatch(broken::contains)) {
                broken.addAll(step.names.keySet());
                continue;
            }
            step.names.forEach((name, inode) -> {
                if (inode == null) {
                    left.remove(name);
                } else {
                    left.put(name, inode);
                }
            });
        }
        left.forEach((name, inode) -> {
            ForgetfulBytes survivor = inode.afterPowerLoss(random, keep, trash);
            after.names.put(name, survivor);
            after.durableNames.put(name, survivor);
        });
        after.capacity = capacity;
        return after;
    }

    private ForgetfulDisk copy() {
        ForgetfulDisk copy = new ForgetfulDisk();
        Map<ForgetfulBytes, ForgetfulBytes> twins = new java.util.IdentityHashMap<>();
        names.forEach((name, inode) -> copy.names.put(name, twins.computeIfAbsent(inode, ForgetfulBytes::twin)));
        durableNames.forEach((name, inode) -> copy.durableNames.put(name, twins.computeIfAbsent(inode, ForgetfulBytes::twin)));
        for (NameStep step : steps) {
            Map<String, @Nullable ForgetfulBytes> changed = new TreeMap<>();
            step.names.forEach((name, inode) -> changed.put(name, inode == null ? null : twins.computeIfAbsent(inode, ForgetfulBytes::twin)));
            copy.steps.add(new NameStep(changed));
        }
        copy.capacity = capacity;
        return copy;
    }

    private ForgetfulBytes require(String name) {
        ForgetfulBytes inode = names.get(name);
        if (inode == null) {
            throw new FileMissingException("no file " + name);
        }
        return inode;
    }

    private void operate(String kind, String file, long position, int bytes) {
        if (dead || operations.size() >= powerLossAt) {
            dead = true;
            throw new PowerLost();
        }
        Operation operation = new Operation(kind, file, position, bytes);
        operations.add(operation);
        journal.accept(operation);
        if (fails.test(operation)) {
            throw new DiskException("injected: " + operation);
        }
    }

    private void step(Map<String, @Nullable ForgetfulBytes> changed) {
        steps.add(new NameStep(changed));
    }

    @Override
    public synchronized DiskFile create(String name) {
        operate("create", name, 0, 0);
        if (names.containsKey(name)) {
            throw new FileExistsException("there is a file " + name);
        }
        ForgetfulBytes inode = new ForgetfulBytes();
        names.put(name, inode);
        step(Map.of(name, inode));
        return new Handle(name, inode);
    }

    @Override
    public synchronized DiskFile open(String name) {
        if (dead) {
            throw new PowerLost();
        }
        return new Handle(name, require(name));
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
        operate("rename", from + ">" + to, 0, 0);
        ForgetfulBytes inode = require(from);
        names.remove(from);
        names.put(to, inode);
        Map<String, @Nullable ForgetfulBytes> changed = new TreeMap<>();
        changed.put(from, null);
        changed.put(to, inode);
        step(changed);
    }

    @Override
    public synchronized void delete(String name) {
        operate("delete", name, 0, 0);
        require(name);
        names.remove(name);
        Map<String, @Nullable ForgetfulBytes> changed = new TreeMap<>();
        changed.put(name, null);
        step(changed);
    }

    @Override
    public synchronized void syncNames() {
        operate("syncNames", "", 0, 0);
        syncs++;
        if (syncFails.test(operations.get(operations.size() - 1))) {
            throw new SyncFailedException("injected");
        }
        durableNames.clear();
        durableNames.putAll(names);
        steps.clear();
    }

    @Override
    public DiskLock lock(String name) {
        return () -> { };
    }

    @Override
    public DeviceGuarantees guarantees() {
        return DeviceGuarantees.SECTOR;
    }

    @Override
    public String description() {
        return "forgetful disk";
    }

    @Override
    public void close() {
    }

    private final class Handle implements DiskFile {
        private final String name;
        private final ForgetfulBytes inode;
        private boolean closed;

        Handle(String name, ForgetfulBytes inode) {
            this.name = name;
            this.inode = inode;
            openFiles++; // under the disk's lock, as whoever makes it
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() {
            return inode.cached.length;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            synchronized (ForgetfulDisk.this) {
                usable();
                if (readFails.test(new Operation("read", name, position, target.remaining()))) {
                    if (readFailure instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) java.util.Objects.requireNonNull(readFailure);
                }
                int length = (int) Math.max(0, Math.min(target.remaining(), inode.cached.length - position));
                if (length > 0) {
                    target.put(inode.cached, (int) position, length);
                }
                return length;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) {
            synchronized (ForgetfulDisk.this) {
                usable();
                operate("write", name, position, source.remaining());
                int start = (int) position;
                int end = start + source.remaining();
                grow(end);
                source.get(inode.cached, start, end - start);
                for (int sector = start / SECTOR; sector <= (end - 1) / SECTOR; sector++) {
                    List<byte[]> versions = inode.pending.computeIfAbsent(sector, none -> new ArrayList<>());
                    List<byte[]> lost = inode.limbo.remove(sector);
                    if (lost != null) {
                        versions.addAll(lost);
                    }
                    versions.add(Arrays.copyOf(Arrays.copyOfRange(inode.cached, sector * SECTOR,
                            Math.min(inode.cached.length, (sector + 1) * SECTOR)), SECTOR));
                }
            }
        }

        @Override
        public void resize(long size) {
            throw new UnsupportedOperationException("a log never resizes");
        }

        @Override
        public void preallocate(long size) {
            synchronized (ForgetfulDisk.this) {
                usable();
                operate("preallocate", name, 0, (int) size);
                grow((int) size);
            }
        }

        private void grow(int size) {
            if (size > inode.cached.length) {
                if (used() - inode.cached.length + size > capacity) {
                    throw new DiskFullException("disk full: " + name);
                }
                inode.cached = Arrays.copyOf(inode.cached, size);
                inode.sizes.add(size);
            }
        }

        @Override
        public void sync() {
            syncData();
        }

        @Override
        public void syncData() {
            synchronized (ForgetfulDisk.this) {
                usable();
                operate("sync", name, 0, 0);
                syncs++;
                if (syncFails.test(operations.get(operations.size() - 1))) {
                    inode.pending.forEach((sector, list) -> inode.limbo.computeIfAbsent(sector, none -> new ArrayList<>()).addAll(list));
                    inode.pending.clear();
                    throw new SyncFailedException("injected");
                }
                inode.durableSize = inode.cached.length;
                inode.sizes.clear();
                inode.durable = Arrays.copyOf(inode.durable, inode.durableSize);
                inode.pending.forEach((sector, list) -> ForgetfulBytes.place(inode.durable, sector, list.get(list.size() - 1)));
                inode.pending.clear();
            }
        }

        private void usable() {
            if (dead) {
                throw new PowerLost();
            }
            if (closed) {
                throw new DiskException("closed: " + name);
            }
        }

        @Override
        public void close() {
            synchronized (ForgetfulDisk.this) {
                if (!closed) {
                    closed = true;
                    openFiles--;
                }
            }
        }
    }
}
