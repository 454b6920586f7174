package dev.afterimage.spitests.containment;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskFile;
import dev.afterimage.spitests.disk.DiskImage;
import dev.afterimage.spitests.disk.SimulatedDisk;
import dev.afterimage.spitests.model.CommittedState;
import dev.afterimage.spitests.model.ReferenceModel;
import dev.afterimage.spitests.play.Scenario;
import dev.afterimage.spitests.play.Stage;
import dev.afterimage.spitests.play.StoreUnderTest;

/** Something that asks any disk the same calls in the same order, in whatever process it is played. */
interface DiskPlay {
    /** Plays it, on a disk that is empty. */
    void on(Disk disk);

    /** A scenario of the kit: rule N1 makes it ask the same calls of every disk. */
    static DiskPlay of(StoreUnderTest subject, Scenario scenario) {
        return disk -> {
            // The stage wants a disk that can crash; here it is another process that does, so this one stays empty.
            try (Stage stage = new Stage(subject, new SimulatedDisk(), disk, new ReferenceModel(CommittedState.of(Map.of()), 0), scenario.seed())) {
                scenario.play(stage);
            }
        };
    }

    /** Calls drawn from a seed, odd ones among them: lengths that are no whole sectors, cuts and growth after them, names that replace one another. */
    static DiskPlay random(long seed, int calls) {
        return disk -> {
            SplittableRandom random = new SplittableRandom(seed);
            List<String> names = List.of("first", "second", "third");
            for (int call = 0; call < calls; call++) {
                String name = names.get(random.nextInt(names.size()));
                if (!disk.exists(name)) {
                    disk.create(name).close();
                } else if (random.nextInt(12) == 0) {
                    changeNames(disk, name, names.get(random.nextInt(names.size())), random.nextBoolean());
                } else {
                    try (DiskFile file = disk.open(name)) {
                        change(file, random);
                    }
                }
                if (random.nextInt(10) == 0) {
                    disk.syncNames();
                }
            }
        };
    }

    private static void changeNames(Disk disk, String name, String other, boolean delete) {
        if (delete) {
            disk.delete(name);
        } else {
            disk.rename(name, other);
        }
    }

    private static void change(DiskFile file, SplittableRandom random) {
        int position = random.nextInt(1 << 15);
        switch (random.nextInt(8)) {
            case 0 -> file.resize(position);
            case 1 -> file.preallocate(position);
            case 2 -> file.sync();
            case 3 -> file.syncData();
            default -> {
                byte[] bytes = new byte[1 + random.nextInt(1 << 14)];
                Arrays.fill(bytes, (byte) (1 + random.nextInt(120)));
                file.write(ByteBuffer.wrap(bytes), position);
            }
        }
    }

    /** The images that a disk of its own shows after each call that may have changed something, the empty one first. */
    static List<DiskImage> images(DiskPlay play) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.recording(false);
        List<DiskImage> images = new ArrayList<>(List.of(disk.asIssued()));
        play.on(new WitnessedDisk(disk, () -> images.add(disk.asIssued())));
        return images;
    }
}
