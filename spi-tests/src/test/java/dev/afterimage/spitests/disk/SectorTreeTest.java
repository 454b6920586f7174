package dev.afterimage.spitests.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The tree of sectors")
class SectorTreeTest {
    private static Sector sector(int filling) {
        byte[] bytes = new byte[Sector.BYTES];
        bytes[filling & 511] = (byte) (filling | 1);
        bytes[(filling >> 9) & 511] += (byte) (filling >> 3);
        return Sector.of(bytes);
    }

    @Test
    @DisplayName("Agrees with a plain map in whatever is put, removed and cut")
    void likeMap() {
        Random random = new Random(5);
        SectorTree tree = SectorTree.EMPTY;
        TreeMap<Long, Sector> map = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            long index = (long) random.nextInt(200) << random.nextInt(4) * 5;
            if (random.nextInt(400) == 0) {
                tree = tree.truncated(index);
                map.tailMap(index, true).clear();
            } else if (random.nextInt(4) == 0) {
                tree = tree.with(index, null);
                map.remove(index);
            } else {
                Sector sector = sector(random.nextInt(1 << 18));
                tree = tree.with(index, sector);
                map.put(index, sector);
            }
            long from = (long) random.nextInt(200) << random.nextInt(4) * 5;
            assertSame(map.get(from), tree.get(from));
            Long next = map.ceilingKey(from);
            assertEquals(next == null ? -1 : next, tree.next(from));
        }
        assertTrue(map.size() > 50);
    }

    @Test
    @DisplayName("Has a hash of its content alone, whatever the order in which it came about")
    void hash() {
        List<Long> order = new ArrayList<>();
        for (long i = 0; i < 300; i++) {
            order.add(i * i);
        }
        Random random = new Random(1);
        Map<Long, Long> hashes = new TreeMap<>();
        for (int round = 0; round < 5; round++) {
            Collections.shuffle(order, random);
            SectorTree tree = SectorTree.EMPTY.with(77_777, sector(1));
            for (long index : order) {
                tree = tree.with(index, sector(random.nextInt(1000))).with(index, sector((int) index));
            }
            hashes.put(tree.with(77_777, null).hash(), (long) round);
        }
        assertEquals(1, hashes.size());
        assertNotEquals(SectorTree.EMPTY.with(1, sector(1)).hash(), SectorTree.EMPTY.with(2, sector(1)).hash());
        assertEquals(0, SectorTree.EMPTY.with(1, sector(1)).with(1, null).hash());
    }

    @Test
    @DisplayName("Stays as it is when a changed copy is made, and is itself when nothing changes")
    void persistent() {
        SectorTree one = SectorTree.EMPTY.with(3, sector(1));
        SectorTree two = one.with(40_000, sector(2)).with(3, null);
        assertNull(one.get(40_000));
        assertEquals(3, one.next(0));
        assertEquals(40_000, two.next(0));
        assertSame(one, one.with(3, sector(1)));
        assertSame(one, one.with(9, null));
        assertSame(one, one.truncated(4));
        assertSame(SectorTree.EMPTY, one.with(3, null));
    }

    @Test
    @DisplayName("Reaches as far as a file can")
    void far() {
        long far = Long.MAX_VALUE / Sector.BYTES;
        SectorTree tree = SectorTree.EMPTY.with(0, sector(1)).with(far, sector(2));
        assertEquals(sector(2).hash(), tree.get(far).hash());
        assertEquals(far, tree.next(1));
    }

    @Test
    @DisplayName("A sector of zeros is no sector, and one bit makes another hash")
    void sectors() {
        assertNull(Sector.of(new byte[Sector.BYTES]));
        Sector sector = sector(12_345);
        for (int bit = 0; bit < Sector.BYTES * 8; bit++) {
            assertNotEquals(sector.hash(), Sector.flip(sector, bit / 8, bit % 8).hash());
        }
        assertNull(Sector.cut(sector(5), 0));
        assertSame(sector, Sector.cut(sector, Sector.BYTES - 1));
    }
}
