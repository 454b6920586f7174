package dev.afterimage.spitests.disk;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.DiskLockedException;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import dev.afterimage.spi.storage.FileNames;
import dev.afterimage.spi.storage.SyncFailedException;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that remembers in which order it was asked what, so that {@link CrashStates} can say what a power loss would leave.
 *
 * <pre>{@code
 * SimulatedDisk disk = new SimulatedDisk();
 * // ... run something on it, noting disk.now() with each answer it gives ...
 * CrashStates.forEach(disk.trace(), EnumerationPlan.GATE, state -> {
 *     SimulatedDisk rebooted = new SimulatedDisk(state.image());
 *     // ... open the store and see what is there ...
 * });
 * }</pre>
 *
 * <p>Reads show the cached view: what was issued, durable or not. What a crash may do to it is decided later, from the trace alone.
 *
 * <p>Safe for many threads. Every call but a sync takes effect at one moment; a sync takes two, and other threads go on between them. A lock is no file: it has
 * no name among the names, and dies with the power.
 */
public final class SimulatedDisk implements Disk {
    /** Who tries again until it works is not left to it for ever: behind so many calls in vain the error is one that nobody expects of a disk. */
    private static final int CALLS_WHILE_OFF_MAX = 10_000;

    /** Guards names, locks, room and the trace. Never held while anybody waits. */
    private final ReentrantLock gate = new ReentrantLock();
    private final SortedMap<String, Inode> names = new TreeMap<>();
    private final Map<String, SimulatedLock> locks = new HashMap<>();
    private final Recorder recorder;
    private final DiskFaults faults = new DiskFaults(this);
    private int inodes;
    private final Set<SimulatedFile> openFiles = new HashSet<>();
    private final Room room = new Room();
    private volatile long syncNanos;
    private volatile boolean off;
    private final AtomicInteger callsWhileOff = new AtomicInteger();
    private volatile boolean closed;

    /** An empty disk. */
    public SimulatedDisk() {
        this(DiskImage.EMPTY);
    }

    /** A disk on which everything of the image is durable, with an empty trace and no locks: the disk after a reboot. */
    public SimulatedDisk(DiskImage image) {
        this(image, DiskProfile.STRICT);
    }

    /** A disk of a profile on which everything of the image is durable. */
    public SimulatedDisk(DiskImage image, DiskProfile profile) {
        recorder = new Recorder(profile);
        for (String name : image.names()) {
            Inode inode = new Inode(++inodes, image.content(name));
            names.put(name, inode);
            room.add(inode);
        }
        recorder.restart(names);
    }

    /**
     * The newest sequence number given out. A history notes it with each answer that the store gives: the answer was given before a crash point exactly if the
     * noted number is at most the point's. The same number is noted before a call, to tell when it began.
     */
    public long now() {
        return recorder.now();
    }

    /** How mean it is. */
    public DiskProfile profile() {
        return recorder.profile();
    }

    /** The trace so far. */
    public DiskTrace trace() {
        gate.lock();
        try {
            return recorder.trace();
        } finally {
            gate.unlock();
        }
    }

    /** What a killed process leaves: everything issued. */
    public DiskImage asIssued() {
        gate.lock();
        try {
            return Recorder.imageOf(names);
        } finally {
            gate.unlock();
        }
    }

    /** What a power loss leaves at worst: of what was not synced, nothing. Needs the trace. */
    public DiskImage asSynced() {
        return CrashStates.nothingUnsynced(trace());
    }

    /** What a power loss may leave: some of what was not synced. Needs the trace. */
    public DiskImage asTorn(RandomGenerator random) {
        return CrashStates.someUnsynced(trace(), random);
    }

    /** From now on every call throws a {@link DiskException} that says "the power is off", but for closing handles and locks. A call under way ends so, too. */
    public void powerOff() {
        gate.lock();
        try {
            off = true;
        } finally {
            gate.unlock();
        }
    }

    /**
     * The process that used it is dead, and another one may begin: locks are free, handles are closed, the power, if it was off, is on. The operating system lives, so all that was issued is seen as before; what of it
     * was not synced still is not, and a power failure to come may take it. Nothing of the dead process may be under way.
     */
    public void processDied() {
        gate.lock();
        try {
            locks.clear();
            List.copyOf(openFiles).forEach(SimulatedFile::close);
            off = false;
            callsWhileOff.set(0);
        } finally {
            gate.unlock();
        }
    }

    /** From now on somebody is told what this disk is asked; null for nobody. */
    public void watch(@Nullable DiskWatcher watcher) {
        gate.lock();
        try {
            recorder.watcher(watcher);
        } finally {
            gate.unlock();
        }
    }

    /** The faults to come. */
    public DiskFaults faults() {
        return faults;
    }

    /**
     * Turns the trace off, which is cheap, or on, as it is at first. Turned on again it begins anew, with everything issued so far counted as durable: good for
     * a set-up whose crashes are of no interest.
     */
    public void recording(boolean on) {
        gate.lock();
        try {
            if (on && !recorder.isOn()) {
                recorder.restart(names);
            }
            recorder.on(on);
        } finally {
            gate.unlock();
        }
    }

    /** Lets each sync take about that long, so that threads meet in it. At first a sync takes no time. */
    public void syncTakes(Duration duration) {
        syncNanos = duration.toNanos();
    }

    /** How many handles of files are open: a closed store leaves none. */
    public int openFiles() {
        gate.lock();
        try {
            return openFiles.size();
        } finally {
            gate.unlock();
        }
    }

    /** How many locks are held: a closed store leaves none. */
    public int heldLocks() {
        gate.lock();
        try {
            return locks.size();
        } finally {
            gate.unlock();
        }
    }

    /** How many bytes of room the files take. */
    public long allocatedBytes() {
        gate.lock();
        try {
            return room.allocatedBytes();
        } finally {
            gate.unlock();
        }
    }

    @Override
    public DiskFile create(String name) {
        long started = enter(name);
        gate.lock();
        try {
            requireUsableForChange();
            if (names.containsKey(name)) {
                throw new FileExistsException("create: there is a file '" + name + "' already on " + description());
            }
            Inode inode = new Inode(++inodes, FileContent.EMPTY);
            names.put(name, inode);
            recorder.add(new DiskEvent.Created(recorder.call(started), name, inode.number()));
            return handle(name, inode);
        } finally {
            gate.unlock();
        }
    }

    @Override
    public DiskFile open(String name) {
        enter(name);
        gate.lock();
        try {
            requireUsable();
            return handle(name, find(name));
        } finally {
            gate.unlock();
        }
    }

    @Override
    public boolean exists(String name) {
        gate.lock();
        try {
            requireUsable();
            return names.containsKey(name);
        } finally {
            gate.unlock();
        }
    }

    @Override
    public List<String> list() {
        gate.lock();
        try {
            requireUsable();
            return List.copyOf(names.keySet());
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void rename(String from, String to) {
        FileNames.check(from);
        long started = enter(to);
        gate.lock();
        try {
            requireUsableForChange();
            Inode inode = find(from);
            if (from.equals(to)) {
                return;
            }
            Inode replaced = names.put(to, inode);
            names.remove(from);
            recorder.add(new DiskEvent.Renamed(recorder.call(started), from, to, inode.number()));
            if (replaced != null) {
                replaced.named(false);
                reclaim(replaced);
            }
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void delete(String name) {
        long started = enter(name);
        gate.lock();
        try {
            requireUsableForChange();
            Inode inode = find(name);
            names.remove(name);
            recorder.add(new DiskEvent.Deleted(recorder.call(started), name, inode.number()));
            inode.named(false);
            reclaim(inode);
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void syncNames() {
        SyncFailure failure = sync(null, "", SyncScope.NAMES);
        if (failure != null) {
            throw new SyncFailedException("syncNames: the device reports an error, on purpose (" + failure + "), on " + description());
        }
    }

    @Override
    public DiskLock lock(String name) {
        FileNames.check(name);
        gate.lock();
        try {
            requireUsable();
            SimulatedLock held = locks.get(name);
            if (held != null) {
                throw new DiskLockedException("lock '" + name + "' on " + description() + ": held by thread " + held.holder);
            }
            SimulatedLock lock = new SimulatedLock(name);
            locks.put(name, lock);
            return lock;
        } finally {
            gate.unlock();
        }
    }

    @Override
    public DeviceGuarantees guarantees() {
        return new DeviceGuarantees(Sector.BYTES, !profile().trashesDurableBytes());
    }

    @Override
    public String description() {
        return "simulated disk";
    }

    /** Closes handles and releases locks. The trace and the image stay to be looked at. */
    @Override
    public void close() {
        gate.lock();
        try {
            closed = true;
            locks.clear();
            List.copyOf(openFiles).forEach(SimulatedFile::close);
        } finally {
            gate.unlock();
        }
    }

    // What files need of their disk.

    ReentrantLock gate() {
        return gate;
    }

    Room room() {
        return room;
    }

    Recorder recorder() {
        return recorder;
    }

    void requireUsable() {
        if (off) {
            if (callsWhileOff.incrementAndGet() > CALLS_WHILE_OFF_MAX) {
                throw new IllegalStateException("the power is off, and somebody goes on asking");
            }
            throw new DiskException("the power is off");
        }
        if (closed) {
            throw new DiskException(description() + " is closed");
        }
    }

    /** Asked with the gate held by each call that changes something: where the power may fail. */
    void requireUsableForChange() {
        faults.change();
        requireUsable();
    }

    /**
     * One sync, from its beginning to its end; without the gate held.
     *
     * @param inode the file, or null for the names
     * @return how it failed, or null
     */
    @Nullable SyncFailure sync(@Nullable Inode inode, String name, SyncScope scope) {
        int number = inode == null ? 0 : inode.number();
        long begun = recorder.next();
        gate.lock();
        try {
            requireUsableForChange();
            recorder.add(new DiskEvent.SyncBegun(new DiskCall(Recorder.threadName(), begun, begun), name, number, scope));
        } finally {
            gate.unlock();
        }
        faults.meet(name, syncNanos);
        gate.lock();
        try {
            requireUsable();
            SyncFailure failure = faults.syncFailure(scope, name, recorder.isOn());
            recorder.add(new DiskEvent.SyncEnded(recorder.call(begun), name, number, scope, failure));
            if (inode != null && failure == SyncFailure.CLEAN_OLD) {
                inode.content(UndecidedDisk.after(recorder.trace()).cachedContent(number));
            }
            return failure;
        } finally {
            gate.unlock();
        }
    }

    /** A handle was closed; with the gate held. */
    void closed(SimulatedFile file, Inode inode) {
        openFiles.remove(file);
        inode.closed();
        reclaim(inode);
    }

    void rot(String name, long bytePosition, int bit) {
        long started = enter(name);
        gate.lock();
        try {
            Inode inode = find(name);
            inode.content(inode.content().flipBit(bytePosition, bit));
            recorder.add(new DiskEvent.Rotted(recorder.call(started), name, inode.number(), bytePosition, bit));
        } finally {
            gate.unlock();
        }
    }

    void zero(String name, long sector) {
        long started = enter(name);
        gate.lock();
        try {
            Inode inode = find(name);
            if (sector < 0 || sector * Sector.BYTES >= inode.content().size()) {
                throw new IllegalArgumentException("sector: expected one within the " + inode.content().size() + " bytes of " + name + ", found " + sector);
            }
            inode.content(FileContent.of(inode.content().size(), inode.content().sectors().with(sector, null)));
            recorder.add(new DiskEvent.Zeroed(recorder.call(started), name, inode.number(), sector));
        } finally {
            gate.unlock();
        }
    }

    /** The number of the file that has this name. */
    int inode(String name) {
        gate.lock();
        try {
            return find(name).number();
        } finally {
            gate.unlock();
        }
    }

    private DiskFile handle(String name, Inode inode) {
        inode.opened();
        SimulatedFile file = new SimulatedFile(this, name, inode);
        openFiles.add(file);
        return file;
    }

    private Inode find(String name) {
        Inode inode = names.get(name);
        if (inode == null) {
            throw new FileMissingException("there is no file '" + name + "' on " + description() + "; it holds " + names.keySet());
        }
        return inode;
    }

    private void reclaim(Inode inode) {
        if (inode.isGone()) {
            room.release(inode, 0);
        }
    }

    private long enter(String name) {
        FileNames.check(name);
        return recorder.next();
    }

    private final class SimulatedLock implements DiskLock {
        private final String name;
        private final String holder = Recorder.threadName();

        SimulatedLock(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            gate.lock();
            try {
                locks.remove(name, this);
            } finally {
                gate.unlock();
            }
        }
    }
}
