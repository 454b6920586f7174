package dev.afterimage.spitests.disk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spi.storage.FileExistsException;
import dev.afterimage.spi.storage.FileMissingException;

/** A few random calls on a few small files, some of them in the midst of a sync. */
final class RandomScript {
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int SECTORS = 4;

    private final SplittableRandom random;
    private final SimulatedDisk disk;
    private final List<DiskFile> handles = new ArrayList<>();
    private int depth;

    RandomScript(long seed) {
        this(seed, DiskProfile.STRICT);
    }

    RandomScript(long seed, DiskProfile profile) {
        random = new SplittableRandom(seed);
        DiskImage image = DiskImage.EMPTY;
        for (String name : NAMES) {
            if (random.nextBoolean()) {
                byte[] bytes = new byte[random.nextInt(2 * DiskScript.SECTOR)];
                Arrays.fill(bytes, (byte) 1);
                image = image.withFile(name, bytes);
            }
        }
        disk = new SimulatedDisk(image, profile);
        image.names().forEach(name -> handles.add(disk.open(name)));
    }

    /** A script for a disk that others use as well, or that holds what a crash left. */
    RandomScript(long seed, SimulatedDisk shared) {
        random = new SplittableRandom(seed);
        disk = shared;
        shared.list().forEach(name -> handles.add(shared.open(name)));
    }

    /** Plays that many calls beside others who may take a file away, or make one, in between. */
    void playBesideOthers(int calls) {
        depth = 2; // what comes in the midst of a sync, the others do
        for (int i = 0; i < calls; i++) {
            try {
                call();
            } catch (FileExistsException | FileMissingException e) {
                // Somebody else was first.
            }
        }
    }

    /** Plays that many calls and returns the disk. */
    SimulatedDisk play(int calls) {
        for (int i = 0; i < calls; i++) {
            call();
        }
        return disk;
    }

    private void call() {
        int kind = random.nextInt(100);
        if (kind < 20 || handles.isEmpty()) {
            changeNames();
            return;
        }
        DiskFile file = handles.get(random.nextInt(handles.size()));
        if (kind < 60) {
            write(file);
        } else if (kind < 70) {
            file.resize(random.nextBoolean() ? random.nextInt(SECTORS * DiskScript.SECTOR) : random.nextInt(SECTORS) * DiskScript.SECTOR);
        } else if (kind < 74) {
            file.preallocate(random.nextInt(SECTORS * DiskScript.SECTOR));
        } else {
            sync(file, kind);
        }
    }

    private void write(DiskFile file) {
        int position = random.nextInt(4) == 0 ? random.nextInt(SECTORS * DiskScript.SECTOR - 1) : random.nextInt(SECTORS) * DiskScript.SECTOR;
        int room = Math.min(2 * DiskScript.SECTOR, SECTORS * DiskScript.SECTOR - position);
        int length = random.nextInt(3) == 0 ? 1 + random.nextInt(room) : Math.min(room, DiskScript.SECTOR);
        byte[] bytes = new byte[length];
        // Few values, so that a sector often gets again what it had before.
        Arrays.fill(bytes, (byte) random.nextInt(4));
        file.write(ByteBuffer.wrap(bytes), position);
    }

    private void sync(DiskFile file, int kind) {
        if (depth < 2 && random.nextBoolean()) {
            disk.faults().duringNextSync(name -> true, () -> {
                depth++;
                play(1 + random.nextInt(3));
                depth--;
            });
        }
        if (kind < 86) {
            file.sync();
        } else if (kind < 94) {
            file.syncData();
        } else {
            disk.syncNames();
        }
    }

    private void changeNames() {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        if (!disk.exists(name)) {
            handles.add(disk.create(name));
        } else if (random.nextBoolean()) {
            disk.rename(name, NAMES.get(random.nextInt(NAMES.size())));
        } else {
            disk.delete(name);
        }
    }
}
