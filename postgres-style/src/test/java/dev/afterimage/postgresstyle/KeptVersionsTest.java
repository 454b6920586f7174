package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.postgresstyle.KeptVersions.Moment;

@DisplayName("The versions kept for snapshots")
class KeptVersionsTest {
    private final KeptVersions kept = new KeptVersions();

    private static KeptVersion version(long page, long birth, long replaced) {
        return KeptVersion.in(birth, page, birth, replaced);
    }

    @Test
    @DisplayName("are those that an open moment sees: born before it, replaced at it or later")
    void needed() {
        assertFalse(kept.anyOpen());
        assertFalse(kept.needs(1, 1000));
        Moment moment = kept.open(() -> 100);
        assertTrue(kept.anyOpen());
        assertTrue(kept.needs(99, 100), "a commit at the moment is not seen");
        assertFalse(kept.needs(100, 200), "and what it wrote is not, either");
        assertFalse(kept.needs(10, 99));
        assertFalse(kept.keep(version(7, 100, 200)));
        assertFalse(kept.keep(version(7, 10, 99)));
        assertEquals(0, kept.count());
        assertEquals(List.of(), kept.close(moment));
        assertFalse(kept.anyOpen());
    }

    @Test
    @DisplayName("are found by page and moment, and not by a moment that sees what is still at home")
    void found() {
        Moment first = kept.open(() -> 100);
        KeptVersion one = version(7, 50, 150);
        assertTrue(kept.keep(one));
        Moment second = kept.open(() -> 200);
        assertFalse(kept.keep(version(7, 205, 210)), "nobody saw it");
        KeptVersion other = version(8, 160, 220);
        assertTrue(kept.keep(other));
        Moment third = kept.open(() -> 300);
        KeptVersion newer = version(7, 210, 310);
        assertTrue(kept.keep(newer));
        KeptVersion absent = KeptVersion.noPage(9, 0, 320);
        assertTrue(kept.keep(absent));
        assertSame(one, kept.find(7, first));
        assertSame(newer, kept.find(7, third));
        assertSame(other, kept.find(8, second));
        assertNull(kept.find(8, third));
        for (Moment moment : List.of(first, second, third)) {
            assertSame(absent, kept.find(9, moment));
        }
        assertEquals(4, kept.count());
    }

    @Test
    @DisplayName("pass to the next older moment that sees them when one ends, and are dropped when there is none")
    void passedOn() {
        Moment first = kept.open(() -> 100);
        Moment second = kept.open(() -> 200);
        Moment again = kept.open(() -> 200);
        assertSame(second, again);
        KeptVersion seenByBoth = version(7, 50, 250);
        KeptVersion seenBySecond = version(8, 150, 250);
        assertTrue(kept.keep(seenByBoth));
        assertTrue(kept.keep(seenBySecond));
        assertEquals(List.of(), kept.close(second), "somebody else still holds it");
        assertSame(seenBySecond, kept.find(8, again));
        assertEquals(List.of(seenBySecond), kept.close(again));
        assertSame(seenByBoth, kept.find(7, first));
        assertEquals(List.of(seenByBoth), kept.close(first));
        assertEquals(0, kept.count());
    }

    @Test
    @DisplayName("are not missed by a commit that is ordered while a moment is being chosen")
    void choosing() throws InterruptedException {
        boolean[] answers = new boolean[2];
        Thread[] commit = new Thread[1];
        Moment moment = kept.open(() -> {
            // The log ends at 100 for the snapshot; a commit at 100 comes at once, before the moment is published.
            commit[0] = new Thread(() -> {
                answers[0] = kept.anyOpen();
                answers[1] = kept.needs(50, 100);
            });
            commit[0].start();
            while (commit[0].getState() != Thread.State.WAITING && commit[0].isAlive()) {
                Thread.onSpinWait();
            }
            return 100;
        });
        commit[0].join();
        assertTrue(answers[0], "it looked for moments");
        assertTrue(answers[1], "and waited until it was there");
        kept.close(moment);
    }

    @Test
    @DisplayName("are, whatever opens, ends and is replaced in whatever order, exactly what open moments see")
    void against() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4711);
        Map<Long, List<KeptVersion>> history = new HashMap<>(); // every version ever replaced
        Map<Long, Long> births = new HashMap<>();
        List<Moment> open = new ArrayList<>();
        long end = 1;
        for (int step = 0; step < 20_000; step++) {
            int what = random.nextInt(10);
            if (what == 0 && open.size() < 6) {
                long now = end;
                open.add(kept.open(() -> now));
            } else if (what == 1 && !open.isEmpty()) {
                kept.close(open.remove(random.nextInt(open.size())));
            } else {
                long page = random.nextLong(8);
                long commit = end;
                end += 1 + random.nextInt(3);
                long birth = births.getOrDefault(page, 0L);
                KeptVersion replaced = version(page, birth, commit);
                boolean needed = open.stream().anyMatch(moment -> replaced.isSeenAt(moment.lsn()));
                assertEquals(needed, kept.needs(birth, commit));
                assertEquals(needed, kept.keep(replaced));
                history.computeIfAbsent(page, number -> new ArrayList<>()).add(replaced);
                births.put(page, commit);
            }
            check(history, open);
        }
        open.forEach(kept::close);
        assertEquals(0, kept.count());
    }

    private void check(Map<Long, List<KeptVersion>> history, List<Moment> open) {
        long seen = 0;
        for (Map.Entry<Long, List<KeptVersion>> page : history.entrySet()) {
            // Nobody looks further back than the oldest moment; forget it, so that this stays short.
            page.getValue().removeIf(version -> open.stream().noneMatch(moment -> version.isSeenAt(moment.lsn())));
            seen += page.getValue().size();
            for (Moment moment : open) {
                assertSame(page.getValue().stream().filter(version -> version.isSeenAt(moment.lsn())).findFirst().orElse(null), kept.find(page.getKey(), moment));
            }
        }
        assertEquals(seen, kept.count());
    }
}
