package dev.afterimage.shadowpaging;

import dev.afterimage.spi.storage.DeviceGuarantees;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.DiskFullException;
import dev.afterimage.spi.storage.DiskLock;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;
import dev.afterimage.spi.storage.SyncFailedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A disk in memory whose crash forgets what was not synced, sector by sector: each may come back as it was at the last sync, or as any version written since.
 * It can also be full, fail a sync, and lose its power at a chosen call.
 */
final class ForgetfulDisk implements Disk {
    private static final int SECTOR = 512;

    private final TreeMap<String, Content> files = new TreeMap<>();
    private final TreeSet<String> durableNames = new TreeSet<>();
    private UnaryOperator<DiskFile> decorator = UnaryOperator.identity();
    private long roomBytes = Long.MAX_VALUE;
    private long callsUntilPowerOff = Long.MAX_VALUE;
    private int syncsUntilFailure = Integer.MAX_VALUE;
    private long syncs;
    private long calls;

    /** A file's bytes as seen now, and what a crash may bring back instead. */
    private static final class Content {
        byte[] bytes = new byte[0];
        int size;
        byte[] durable = new byte[0];
        final TreeMap<Integer, List<byte[]>> pendingSectors = new TreeMap<>();
        final List<Integer> pendingSizes = new ArrayList<>();
        int durableSize;
    }

    /** Every file is handed out through this. */
    synchronized void decorate(UnaryOperator<DiskFile> wrap) {
        decorator = wrap;
    }

    /** From now on files may grow by that many bytes in all. */
    synchronized void fillUpTo(long bytes) {
        roomBytes = bytes;
    }

    /** The power fails at that call from now on, counting from 1; the call has no effect. */
    synchronized void powerOffAtCall(long call) {
        callsUntilPowerOff = call;
    }

    /** That sync from now on fails, counting from 1. */
    synchronized void failSync(int sync) {
        syncsUntilFailure = sync;
    }

    synchronized long syncs() {
        return syncs;
    }

    /** Calls that change something, so far. */
    synchronized long calls() {
        return calls;
    }

    synchronized long size(String name) {
        return files.get(name).size;
    }

    /** Changes one bit, as rot does. */
    synchronized void rot(String name, long position) {
        Content content = files.get(name);
        content.bytes[(int) position] ^= 0x10;
        content.durable[(int) position] ^= 0x10;
    }

    /** A disk of its own with the same bytes, all of them durable. */
    synchronized ForgetfulDisk copy() {
        ForgetfulDisk copy = new ForgetfulDisk();
        files.forEach((name, content) -> {
            Content same = new Content();
            same.size = content.size;
            same.bytes = content.bytes.clone();
            settle(copy, name, same);
        });
        return copy;
    }

    /** What is left after a loss of power. */
    synchronized ForgetfulDisk afterPowerLoss(RandomGenerator random) {
        ForgetfulDisk left = new ForgetfulDisk();
        // One disk in four keeps nearly everything, one nearly nothing: the extremes find the most.
        double keep = new double[] {0.05, 0.5, 0.5, 0.95}[random.nextInt(4)];
        for (Map.Entry<String, Content> file : files.entrySet()) {
            if (!durableNames.contains(file.getKey()) && random.nextDouble() >= keep) {
                continue;
            }
            Content content = file.getValue();
            Content survivor = new Content();
            survivor.size = content.durableSize;
            for (int size : content.pendingSizes) {
                if (random.nextDouble() >= keep) {
                    break;
                }
                survivor.size = size;
            }
            survivor.bytes = Arrays.copyOf(content.durable, Math.max(content.bytes.length, content.durable.length));
            for (Map.Entry<Integer, List<byte[]>> sector : content.pendingSectors.entrySet()) {
                if (random.nextDouble() < keep) {
                    List<byte[]> versions = sector.getValue();
                    byte[] version = versions.get(random.nextInt(versions.size()));
                    System.arraycopy(version, 0, survivor.bytes, sector.getKey() * SECTOR, SECTOR);
                }
            }
            Arrays.fill(survivor.bytes, Math.min(survivor.size, survivor.bytes.length), survivor.bytes.length, (byte) 0);
            settle(left, file.getKey(), survivor);
        }
        return left;
    }

    /** What is left after the death of the process: all that was issued; what was not synced is still at stake. */
    synchronized ForgetfulDisk afterProcessDeath() {
        ForgetfulDisk left = new ForgetfulDisk();
        left.files.putAll(files);
        left.durableNames.addAll(durableNames);
        return left;
    }

    private static void settle(ForgetfulDisk disk, String name, Content content) {
        content.bytes = Arrays.copyOf(content.bytes, roundUp(content.size));
        content.durable = content.bytes.clone();
        content.durableSize = content.size;
        disk.files.put(name, content);
        disk.durableNames.add(name);
    }

    private static int roundUp(int size) {
        return (size + SECTOR - 1) / SECTOR * SECTOR;
    }

    private void change() {
        calls++;
        if (--callsUntilPowerOff <= 0) {
            callsUntilPowerOff = 0;
            throw new DiskException("the power is off");
        }
    }

    private void checkPower() {
        if (callsUntilPowerOff <= 0) {
            throw new DiskException("the power is off");
        }
    }

    private void syncing() {
        change();
        syncs++;
        if (--syncsUntilFailure <= 0) {
            throw new SyncFailedException("this sync fails");
        }
    }

    @Override
    public synchronized DiskFile create(String name) {
        change();
        if (files.containsKey(name)) {
            throw new FileExistsException(name);
        }
        files.put(name, new Content());
        return open(name);
    }

    @Override
    public synchronized DiskFile open(String name) {
        checkPower();
        if (!files.containsKey(name)) {
            throw new FileMissingException(name);
        }
        return decorator.apply(new ForgetfulFile(this, name, files.get(name)));
    }

    @Override
    public synchronized boolean exists(String name) {
        return files.containsKey(name);
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public void rename(String from, String to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void delete(String name) {
        change();
        files.remove(name);
        durableNames.remove(name);
    }

    @Override
    public synchronized void syncNames() {
        syncing();
        durableNames.clear();
        durableNames.addAll(files.keySet());
    }

    @Override
    public DiskLock lock(String name) {
        throw new UnsupportedOperationException();
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

    /** One of its files; not final, so that a test can watch it. */
    static class ForgetfulFile implements DiskFile {
        private final ForgetfulDisk disk;
        private final String name;
        private final Content content;

        ForgetfulFile(ForgetfulDisk disk, String name, Content content) {
            this.disk = disk;
            this.name = name;
            this.content = content;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long size() {
            synchronized (disk) {
                return content.size;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) {
            synchronized (disk) {
                disk.checkPower();
                int bytes = (int) Math.max(0, Math.min(target.remaining(), content.size - position));
                if (bytes > 0) {
                    target.put(content.bytes, (int) position, bytes);
                }
                return bytes;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) {
            synchronized (disk) {
                disk.change();
                int from = (int) position;
                int to = from + source.remaining();
                grow(to);
                source.get(content.bytes, from, to - from);
                for (int sector = from / SECTOR; sector * SECTOR < to; sector++) {
                    content.pendingSectors.computeIfAbsent(sector, ignored -> new ArrayList<>())
                            .add(Arrays.copyOfRange(content.bytes, sector * SECTOR, (sector + 1) * SECTOR));
                }
            }
        }

        private void grow(int size) {
            if (size > content.size) {
                if (size - content.size > disk.roomBytes) {
                    throw new DiskFullException(name + ": no room for " + (size - content.size) + " bytes");
                }
                disk.roomBytes -= disk.roomBytes == Long.MAX_VALUE ? 0 : size - content.size;
                if (roundUp(size) > content.bytes.length) {
                    content.bytes = Arrays.copyOf(content.bytes, roundUp(Math.max(size, 2 * content.size)));
                }
                content.size = size;
                content.pendingSizes.add(size);
            }
        }

        @Override
        public void resize(long size) {
            synchronized (disk) {
                disk.change();
                if (size > content.size) {
                    throw new UnsupportedOperationException("only cut");
                }
                disk.roomBytes += disk.roomBytes == Long.MAX_VALUE ? 0 : content.size - size;
                Arrays.fill(content.bytes, (int) size, content.bytes.length, (byte) 0);
                content.size = (int) size;
                content.pendingSizes.add((int) size);
            }
        }

        @Override
        public void preallocate(long size) {
            synchronized (disk) {
                disk.change();
                grow((int) size);
            }
        }

        @Override
        public void sync() {
            makeDurable();
        }

        @Override
        public void syncData() {
            makeDurable();
        }

        private void makeDurable() {
            synchronized (disk) {
                disk.syncing();
                content.durableSize = content.size;
                if (content.durable.length < content.bytes.length) {
                    content.durable = Arrays.copyOf(content.durable, content.bytes.length);
                }
                for (int sector : content.pendingSectors.keySet()) {
                    System.arraycopy(content.bytes, sector * SECTOR, content.durable, sector * SECTOR, SECTOR);
                }
                content.pendingSectors.clear();
                content.pendingSizes.clear();
            }
        }

        @Override
        public void close() {
        }
    }
}
