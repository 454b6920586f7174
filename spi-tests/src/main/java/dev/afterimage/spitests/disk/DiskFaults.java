package dev.afterimage.spitests.disk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Faults to come. Each waits for the calls that it is meant for, lets some of them pass, strikes, and is gone.
 *
 * <pre>{@code
 * disk.faults().failNextSync(name -> name.equals("pages"), SyncFailure.CLEAN_NEW);
 * }</pre>
 *
 * <p>A filter sees the name under which the file was opened. Safe for many threads.
 */
public final class DiskFaults {
    private final SimulatedDisk disk;
    private final List<Fault> armed = new ArrayList<>();
    private int struck;
    /** Changes to come, the last of which finds the power off; zero or less while none is meant to. Guarded by the disk's gate. */
    private long changesUntilPowerOff;
    /** Lets calls pass without the lock while nothing is armed. */
    private volatile boolean any;
    /** Guarded by {@link #armed}. */
    private final Set<BadSector> bad = new HashSet<>();
    /** Lets reads pass without the lock while no sector is bad. */
    private volatile boolean anyBad;

    /** A sector that cannot be read. */
    private record BadSector(int file, long index) {
    }

    DiskFaults(SimulatedDisk disk) {
        this.disk = disk;
    }

    /** The kinds of call that a fault can wait for. */
    enum Kind {
        SYNC, NAMES_SYNC, MIDST_OF_SYNC, READ, WRITE
    }

    /**
     * One fault.
     *
     * @param kind what it waits for
     * @param file which files
     * @param effect what it does
     */
    private static final class Fault {
        private final Kind kind;
        private final Predicate<String> file;
        private final Effect effect;
        private int skip;
        private int times;

        Fault(Kind kind, Predicate<String> file, int skip, int times, Effect effect) {
            if (skip < 0 || times < 1) {
                throw new IllegalArgumentException("expected no negative skip and a fault that strikes at least once, found skip " + skip + ", times " + times);
            }
            this.kind = kind;
            this.file = file;
            this.skip = skip;
            this.times = times;
            this.effect = effect;
        }
    }

    /** What a fault does to the call it strikes. */
    sealed interface Effect {
        /** A sync fails. */
        record SyncFails(SyncFailure failure) implements Effect {
        }

        /** Something is done while the call is under way. */
        record Meanwhile(Runnable action) implements Effect {
        }

        /** A read fails. */
        record ReadFails(boolean memory) implements Effect {
        }

        /** A write takes so many bytes, at most, and then fails or says so. */
        record WriteFails(long bytesTaken, boolean isShort) implements Effect {
        }

        /** A write is reported done and never was; or, so many sectors away, was. */
        record WriteStrays(long sectorsAway) implements Effect {
        }
    }

    /** The next sync of a file that passes the filter fails. */
    public void failNextSync(Predicate<String> file, SyncFailure failure) {
        failSync(file, 0, failure);
    }

    /** After {@code skip} syncs of files that pass the filter, the next one fails. Needs the trace: see {@link SimulatedDisk#recording(boolean)}. */
    public void failSync(Predicate<String> file, int skip, SyncFailure failure) {
        arm(new Fault(Kind.SYNC, file, skip, 1, new Effect.SyncFails(failure)));
    }

    /** The next sync of names fails; reads still show the new names. */
    public void failNextNamesSync() {
        failNamesSync(0);
    }

    /** After {@code skip} syncs of names, the next one fails. */
    public void failNamesSync(int skip) {
        arm(new Fault(Kind.NAMES_SYNC, name -> true, skip, 1, new Effect.SyncFails(SyncFailure.CLEAN_NEW)));
    }

    /**
     * Runs {@code action} in the midst of the next sync of a file that passes the filter: after it began, before it is complete. The action runs on the
     * thread that syncs and may use the disk, or let another thread use it and wait for that.
     */
    public void duringNextSync(Predicate<String> file, Runnable action) {
        duringSync(file, 0, action);
    }

    /** The same in the midst of the sync that comes after {@code skip} others of files that pass the filter; of names as well, which have the empty name. */
    public void duringSync(Predicate<String> file, int skip, Runnable action) {
        arm(new Fault(Kind.MIDST_OF_SYNC, file, skip, 1, new Effect.Meanwhile(action)));
    }

    /**
     * The disk has room for this many bytes, counted in sectors of 512; what is over the limit already stays. {@link Long#MAX_VALUE} lifts it. A write that
     * runs out of room takes whole sectors as far as they go.
     */
    public void capacityBytes(long limit) {
        disk.room().limitBytes(limit);
    }

    /** The next {@code times} reads of files that pass the filter fail with an input/output error. */
    public void failReads(Predicate<String> file, int times) {
        failReads(file, 0, times);
    }

    /** After {@code skip} reads of files that pass the filter, the next {@code times} fail with an input/output error. */
    public void failReads(Predicate<String> file, int skip, int times) {
        arm(new Fault(Kind.READ, file, skip, times, new Effect.ReadFails(false)));
    }

    /** After {@code skip} reads of files that pass the filter, the next one finds no memory: {@link OutOfMemoryError}. */
    public void exhaustMemoryOnRead(Predicate<String> file, int skip) {
        arm(new Fault(Kind.READ, file, skip, 1, new Effect.ReadFails(true)));
    }

    /** After {@code skip} writes to files that pass the filter, the next one fails with an input/output error after so many sectors. */
    public void failWrite(Predicate<String> file, int skip, int sectorsWritten) {
        arm(new Fault(Kind.WRITE, file, skip, 1, new Effect.WriteFails((long) sectorsWritten * Sector.BYTES, false)));
    }

    /** After {@code skip} writes to files that pass the filter, the next one fails with an input/output error, though all of it was written: an error says that something went wrong, not what. */
    public void failWriteThatArrives(Predicate<String> file, int skip) {
        arm(new Fault(Kind.WRITE, file, skip, 1, new Effect.WriteFails(Long.MAX_VALUE, false)));
    }

    /** After {@code skip} reads of files that pass the filter, every one fails, until {@link #clear()}. */
    public void failReadsForGood(Predicate<String> file, int skip) {
        arm(new Fault(Kind.READ, file, skip, Integer.MAX_VALUE, new Effect.ReadFails(false)));
    }

    /** A sector of a file cannot be read any more: every read that touches it fails with an input/output error, until a write covers the whole of it. */
    public void badSector(String name, long sector) {
        int file = disk.inode(name);
        synchronized (armed) {
            bad.add(new BadSector(file, sector));
            anyBad = true;
        }
    }

    /** The next write to a file that passes the filter takes only so many bytes, and says so. */
    public void shortWrite(Predicate<String> file, int bytesWritten) {
        shortWrite(file, 0, bytesWritten);
    }

    /** After {@code skip} writes to files that pass the filter, the next one takes only so many bytes, which may be none at all, and says so. */
    public void shortWrite(Predicate<String> file, int skip, int bytesWritten) {
        arm(new Fault(Kind.WRITE, file, skip, 1, new Effect.WriteFails(bytesWritten, true)));
    }

    /** A phantom write: after {@code skip} writes to files that pass the filter, the next one is reported done and its bytes are lost; the length grows as it should. */
    public void loseWrite(Predicate<String> file, int skip) {
        arm(new Fault(Kind.WRITE, file, skip, 1, new Effect.WriteStrays(0)));
    }

    /**
     * A misdirected write: after {@code skip} writes to files that pass the filter, the next one is reported done, but its bytes go so many sectors further on, or back, in the same
     * file; its own place keeps what it held. Where the file does not reach that far, they are lost.
     */
    public void misdirectWrite(Predicate<String> file, int skip, long sectorsAway) {
        if (sectorsAway == 0) {
            throw new IllegalArgumentException("sectorsAway: expected another place, found 0");
        }
        arm(new Fault(Kind.WRITE, file, skip, 1, new Effect.WriteStrays(sectorsAway)));
    }

    /**
     * The power fails at that change from now on, counting from 1, as by {@link SimulatedDisk#powerOff()}; the change has no effect. Each create, rename and delete is a change, each
     * write, resize and preallocation, each sync.
     *
     * @param change which; 0 leaves the power on
     */
    public void powerOffAtChange(long change) {
        disk.gate().lock();
        try {
            changesUntilPowerOff = change;
        } finally {
            disk.gate().unlock();
        }
    }

    /** Rot: turns one bit of a byte round, in what reads show and on the medium, whatever survives a crash. */
    public void flipBit(String name, long bytePosition, int bit) {
        disk.rot(name, bytePosition, bit);
    }

    /** Rot: a whole sector holds zeros, in what reads show and on the medium, whatever survives a crash. */
    public void zeroSector(String name, long sector) {
        disk.zero(name, sector);
    }

    /** Forgets every fault that has not struck yet, heals bad sectors, and lifts the capacity limit. */
    public void clear() {
        powerOffAtChange(0);
        synchronized (armed) {
            armed.clear();
            any = false;
            bad.clear();
            anyBad = false;
        }
        disk.room().limitBytes(Long.MAX_VALUE);
    }

    /** How many times a fault struck so far; running out of room counts, {@link #duringNextSync} and {@link #powerOffAtChange} do not. */
    public int struck() {
        synchronized (armed) {
            return struck;
        }
    }

    /** The effect of the first fault that strikes this call; null if none does. Faults armed later do not see a call that is struck. */
    @Nullable Effect strike(Kind kind, String name) {
        if (!any) {
            return null;
        }
        synchronized (armed) {
            for (Iterator<Fault> faults = armed.iterator(); faults.hasNext();) {
                Fault fault = faults.next();
                if (fault.kind == kind && fault.file.test(name) && fault.skip-- <= 0) {
                    if (--fault.times == 0) {
                        faults.remove();
                        any = !armed.isEmpty();
                    }
                    struck += fault.kind == Kind.MIDST_OF_SYNC ? 0 : 1;
                    return fault.effect;
                }
            }
            return null;
        }
    }

    /** Whether any of these bytes lies in a bad sector. */
    boolean isBad(int file, long position, long length) {
        if (!anyBad || length <= 0) {
            return false;
        }
        synchronized (armed) {
            boolean found = bad.stream().anyMatch(sector -> sector.file == file && sector.index >= position / Sector.BYTES && sector.index <= (position + length - 1) / Sector.BYTES);
            struck += found ? 1 : 0;
            return found;
        }
    }

    /** These bytes were written: a sector among them that is written whole can be read again. */
    void written(int file, long position, long length) {
        if (anyBad) {
            synchronized (armed) {
                bad.removeIf(sector -> sector.file == file && sector.index * Sector.BYTES >= position && (sector.index + 1) * Sector.BYTES <= position + length);
            }
        }
    }

    /** What happens between the beginning and the end of a sync; called without any lock held. */
    void meet(String name, long nanos) {
        if (nanos > 0) {
            // Not a wait for anything: it only makes it likely that other threads come in between.
            LockSupport.parkNanos(nanos);
        }
        if (strike(Kind.MIDST_OF_SYNC, name) instanceof Effect.Meanwhile meanwhile) {
            meanwhile.action().run();
        }
    }

    @Nullable SyncFailure syncFailure(SyncScope scope, String name, boolean recording) {
        if (!(strike(scope == SyncScope.NAMES ? Kind.NAMES_SYNC : Kind.SYNC, name) instanceof Effect.SyncFails fails)) {
            return null;
        }
        if (fails.failure() == SyncFailure.CLEAN_OLD && !recording) {
            throw new IllegalStateException("CLEAN_OLD reads the old bytes from the trace: switch recording on");
        }
        return fails.failure();
    }

    /** Something is about to be changed; with the gate held. */
    void change() {
        if (changesUntilPowerOff > 0 && --changesUntilPowerOff == 0) {
            disk.powerOff();
        }
    }

    void countStrike() {
        synchronized (armed) {
            struck++;
        }
    }

    private void arm(Fault fault) {
        synchronized (armed) {
            armed.add(fault);
            any = true;
        }
    }
}
