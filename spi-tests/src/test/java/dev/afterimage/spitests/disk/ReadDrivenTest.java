package dev.afterimage.spitests.disk;

import static dev.afterimage.spitests.disk.DiskScript.disk;
import static dev.afterimage.spitests.disk.DiskScript.letters;
import static dev.afterimage.spitests.disk.DiskScript.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;

import dev.afterimage.spi.storage.DiskFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("E5, the enumeration that asks what was read")
class ReadDrivenTest {
    private static final EnumerationPlan NOTHING = new EnumerationPlan(false, false, 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    private static final EnumerationPlan PRODUCT = NOTHING.withProductLimit(1 << 14);
    private static final EnumerationPlan READ_DRIVEN = NOTHING.withFurther(new EnumerationPlan.Further(0, 0, 0, 1 << 14, 0));

    /** What somebody who looks at the images found out, and how many it took. */
    private record Found(TreeSet<String> answers, EnumerationCounts counts) {
    }

    private static Found look(DiskTrace trace, EnumerationPlan plan, Function<DiskImage, String> reader) {
        TreeSet<String> answers = new TreeSet<>();
        EnumerationCounts counts = CrashStates.enumerate(trace, plan, sequence -> sequence, state -> {
            assertEquals(state.image().hash(), CrashStates.rebuild(trace, state.point(), state.choice()).hash(), () -> state + " replays to another image");
            answers.add(state.point() + " " + reader.apply(state.image()));
        });
        return new Found(answers, counts);
    }

    private static String sector(DiskFile file, long index) {
        ByteBuffer bytes = ByteBuffer.allocate(Sector.BYTES);
        int read = file.read(bytes, index * Sector.BYTES);
        return read == 0 ? "" : letters(java.util.Arrays.copyOf(bytes.array(), read)).substring(0, 1);
    }

    /** A log of 20 records of one sector each, read as far as they go. */
    private static String log(DiskImage image) {
        DiskFile file = new SimulatedDisk(image).open("f");
        for (int i = 0;; i++) {
            if (!sector(file, i).equals("b")) {
                return "records " + i;
            }
        }
    }

    @Test
    @DisplayName("A log of n sectors that is read up to the first that is missing takes n + 1 states, not 2^n, and is proved")
    void log() {
        SimulatedDisk disk = disk("f=" + "a".repeat(21));
        for (int i = 0; i < 20; i++) {
            write(disk.open("f"), i, "b");
        }
        Found found = look(disk.trace(), READ_DRIVEN, ReadDrivenTest::log);
        assertEquals(21, found.answers.size());
        assertEquals(21, found.counts.visited());
        assertEquals(1, found.counts.proved());
    }

    @Test
    @DisplayName("What nobody reads takes one state, and what is overwritten whole is not read")
    void unread() {
        SimulatedDisk disk = disk("f=" + "a".repeat(30), "g=a");
        write(disk.open("f"), 0, "b".repeat(30));
        Found found = look(disk.trace(), READ_DRIVEN, image -> {
            SimulatedDisk rebooted = new SimulatedDisk(image);
            write(rebooted.open("f"), 0, "c".repeat(30));
            return sector(rebooted.open("g"), 0) + sector(rebooted.open("f"), 7);
        });
        assertEquals(1, found.counts.visited());
        assertEquals(1, found.counts.proved());
    }

    @Test
    @DisplayName("A sector that is partly overwritten is read; so is one that is read after the next crash only")
    void partly() {
        SimulatedDisk disk = disk("f=aaa");
        write(disk.open("f"), 0, "bbb");
        Found found = look(disk.trace(), READ_DRIVEN, image -> {
            SimulatedDisk rebooted = new SimulatedDisk(image);
            rebooted.open("f").write(ByteBuffer.allocate(3), 5);
            write(rebooted.open("f"), 1, "c");
            return sector(new SimulatedDisk(rebooted.asSynced()).open("f"), 1);
        });
        assertEquals(2 * 2, found.counts.visited(), "sectors 0 and 1, but not 2");
        assertEquals(2, found.answers.size());
    }

    @Test
    @DisplayName("Lengths and names are tried in every combination")
    void structure() {
        SimulatedDisk disk = disk("f=a", "g=a");
        write(disk.open("f"), 1, "b");
        disk.rename("g", "h");
        assertEquals(4, look(disk.trace(), READ_DRIVEN, image -> image.names() + " " + image.size("f")).answers.size());
    }

    @Test
    @DisplayName("Beyond its limit it says nothing, and the other generators do their work")
    void limit() {
        SimulatedDisk disk = disk("f=" + "a".repeat(12));
        for (int i = 0; i < 12; i++) {
            write(disk.open("f"), i, "b");
        }
        Function<DiskImage, String> everything = DiskScript::show;
        Found found = look(disk.trace(), EnumerationPlan.GATE.withFurther(new EnumerationPlan.Further(0, 0, 0, 50, 0)), everything);
        assertEquals(0, found.counts.combined());
        assertTrue(found.counts.visited() <= 50 && found.counts.visited() >= look(disk.trace(), EnumerationPlan.GATE, everything).counts.visited(), found.counts.toString());
        assertTrue(look(disk.trace(), EnumerationPlan.GATE, everything).answers.stream().allMatch(found.answers::contains));
        Found capped = look(disk.trace(), EnumerationPlan.GATE.withFurther(new EnumerationPlan.Further(0, 0, 0, 4096, 0)).withStatesInAll(40), everything);
        assertTrue(capped.counts.visited() <= 40 && capped.counts.combined() == 0, capped.counts.toString());
        assertEquals(1, look(disk.trace(), READ_DRIVEN, everything).counts.proved());
    }

    /** Reads here and there, as what it read tells it, writes a little, syncs some of that, lets the power fail and reads on. What it says holds all that it saw. */
    private static String wander(DiskImage image, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder seen = new StringBuilder();
        SimulatedDisk disk = new SimulatedDisk(image);
        for (int life = 0; life < 2; life++) {
            List<DiskFile> files = new ArrayList<>(disk.list().stream().map(disk::open).toList());
            seen.append(disk.list());
            int turn = random.nextInt(1 << 20);
            for (int step = 0; step < 4 && !files.isEmpty(); step++) {
                DiskFile file = files.get(turn % files.size());
                long index = turn / 8 % 4;
                seen.append(file.name()).append(index).append(file.size());
                switch (turn / 64 % 4) {
                    case 0 -> write(file, index, "zz");
                    case 1 -> file.write(ByteBuffer.wrap(new byte[] {'z'}), index * Sector.BYTES + 9);
                    default -> {
                        ByteBuffer bytes = ByteBuffer.allocate(Sector.BYTES);
                        int length = file.read(bytes, index * Sector.BYTES);
                        int sum = length;
                        for (byte value : bytes.array()) {
                            sum = 31 * sum + value;
                        }
                        seen.append('(').append(sum).append(')');
                        turn += (sum & 0xff) * 77;
                    }
                }
                turn = turn * 31 + 7 & 0xfffff;
                if (turn % 5 == 0) {
                    file.sync();
                }
            }
            disk = new SimulatedDisk(disk.asSynced());
        }
        return seen.toString();
    }

    @Test
    @DisplayName("On small random traces, whoever reads sees with it exactly what the full product shows, in a fraction of the states")
    void sameAsProduct() {
        long ofProduct = 0;
        long ofReads = 0;
        int compared = 0;
        for (long seed = 0; seed < 60; seed++) {
            DiskTrace trace = new RandomScript(seed).play(12).trace();
            for (boolean trash : new boolean[] {false, true}) {
                long reader = seed;
                Found product = look(trace, trash ? PRODUCT.withTrash() : PRODUCT, image -> wander(image, reader));
                if (product.counts.combined() < product.counts.points() || product.counts.visited() > 3_000) {
                    continue;
                }
                Found reads = look(trace, trash ? READ_DRIVEN.withTrash() : READ_DRIVEN, image -> wander(image, reader));
                assertEquals(product.answers, reads.answers, () -> "seed " + reader + ", trash " + trash + "\n" + trace);
                assertEquals(reads.counts.points(), reads.counts.combined(), () -> "seed " + reader);
                assertEquals(product.counts.proved(), reads.counts.proved(), () -> "seed " + reader);
                ofProduct += product.counts.visited();
                ofReads += reads.counts.visited();
                compared++;
            }
        }
        assertTrue(compared > 50, "compared " + compared);
        assertTrue(ofReads * 3 < ofProduct, ofReads + " states instead of " + ofProduct);
    }
}
