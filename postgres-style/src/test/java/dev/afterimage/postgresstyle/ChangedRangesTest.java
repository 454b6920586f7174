package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The changed ranges of a private page")
class ChangedRangesTest {
    private static final int PAGE = 8168;

    @Test
    @DisplayName("are kept in order, and joined when joining is cheaper than a range of its own")
    void joinsNeighbours() {
        ChangedRanges ranges = new ChangedRanges();
        ranges.add(100, 10);
        ranges.add(50, 5);
        assertEquals("{50..54, 100..109}", ranges.toString());
        ranges.add(114, 2);
        assertEquals("{50..54, 100..115}", ranges.toString());
        ranges.add(121, 1);
        assertEquals("{50..54, 100..115, 121..121}", ranges.toString());
        ranges.add(40, 100);
        assertEquals("{40..139}", ranges.toString());
        assertEquals(100, ranges.bytes());
    }

    @Test
    @DisplayName("stay bounded in number: the nearest two become one")
    void staysBounded() {
        ChangedRanges ranges = new ChangedRanges();
        for (int range = 0; range < ChangedRanges.MAX_RANGES; range++) {
            ranges.add(range * 100, 1);
        }
        ranges.add(ChangedRanges.MAX_RANGES * 100 - 90, 1);
        assertEquals(ChangedRanges.MAX_RANGES, ranges.count());
        assertEquals(11, ranges.length(ChangedRanges.MAX_RANGES - 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("cover every changed byte, and nothing while they are few and far apart, whatever the order")
    void coversTheModel(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int run = 0; run < 300; run++) {
            ChangedRanges ranges = new ChangedRanges();
            BitSet model = new BitSet(PAGE);
            boolean everFull = false; // from then on far ranges may have been joined for want of more
            int additions = random.nextInt(1, 200);
            int longest = random.nextInt(1, 64);
            for (int addition = 0; addition < additions; addition++) {
                int length = random.nextInt(1, longest + 1);
                int offset = random.nextInt(PAGE - length + 1);
                ranges.add(offset, length);
                model.set(offset, offset + length);
                everFull |= ranges.count() == ChangedRanges.MAX_RANGES;
                assertCovers(ranges, model, everFull);
            }
            ChangedRanges copy = new ChangedRanges();
            copy.add(0, 1);
            copy.copyFrom(ranges);
            assertEquals(ranges.toString(), copy.toString());
            copy.clear();
            assertEquals(0, copy.count());
            assertCovers(ranges, model, everFull);
        }
    }

    private static void assertCovers(ChangedRanges ranges, BitSet model, boolean everFull) {
        BitSet covered = new BitSet(PAGE);
        int before = -1;
        for (int range = 0; range < ranges.count(); range++) {
            assertTrue(ranges.offset(range) > before, "in order");
            before = ranges.offset(range) + ranges.length(range);
            assertTrue(before <= PAGE, "within the page");
            covered.set(ranges.offset(range), before);
        }
        assertTrue(ranges.count() <= ChangedRanges.MAX_RANGES, "bounded");
        assertEquals(covered.cardinality(), ranges.bytes());
        BitSet missing = (BitSet) model.clone();
        missing.andNot(covered);
        assertTrue(missing.isEmpty(), () -> "changed but not covered: " + missing);
        if (!everFull) {
            BitSet tooMuch = (BitSet) covered.clone();
            tooMuch.andNot(model);
            for (int gap = tooMuch.nextSetBit(0); gap >= 0; gap = tooMuch.nextSetBit(tooMuch.nextClearBit(gap))) {
                assertTrue(tooMuch.nextClearBit(gap) - gap <= ChangedRanges.JOIN_GAP_BYTES, "covered without need at " + gap);
            }
        }
    }
}
