package dev.afterimage.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A map from page ids to small numbers")
class LongToIntMapTest {
    @Test
    @Timeout(60)
    @DisplayName("does what a map does, with runs of keys that meet, round its end too, and removals amid them")
    void likeAModel() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LongToIntMap map = new LongToIntMap();
            Map<Long, Integer> model = new HashMap<>();
            int keys = seed % 2 == 0 ? 14 : 500;
            for (int step = 0; step < 3000; step++) {
                long key = random.nextInt(keys);
                if (random.nextInt(3) > 0) {
                    map.put(key, step);
                    model.put(key, step);
                } else {
                    map.remove(key);
                    model.remove(key);
                }
                assertEquals(model.size(), map.size());
                long asked = random.nextInt(keys);
                assertEquals(model.getOrDefault(asked, LongToIntMap.ABSENT), map.get(asked), "seed " + seed + ", step " + step);
            }
            for (long key = 0; key < keys; key++) {
                assertEquals(model.getOrDefault(key, LongToIntMap.ABSENT), map.get(key));
            }
            map.clear();
            assertEquals(0, map.size());
            assertEquals(LongToIntMap.ABSENT, map.get(1));
        }
    }

    @Test
    @DisplayName("forgets all however large it had become, and can be filled again")
    void large() {
        LongToIntMap map = new LongToIntMap();
        for (int round = 0; round < 2; round++) {
            for (int key = 0; key < 20_000; key++) {
                map.put(key * 1000L, key);
            }
            assertEquals(20_000, map.size());
            assertEquals(19_999, map.get(19_999_000));
            map.clear();
            assertEquals(0, map.size());
            assertEquals(LongToIntMap.ABSENT, map.get(19_999_000));
        }
    }
}
