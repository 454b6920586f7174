package dev.afterimage.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.spi.storage.DiskException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Parallel redo")
@Timeout(60)
class ParallelRedoTest {
    private static final int PAGES = 97;

    /** Folds each page's records into one number that depends on their order, and keeps what it saw. */
    private static final class Folding implements PageRedo {
        final Map<Long, Long> folded = new HashMap<>();
        final Set<Thread> threads = new HashSet<>();
        final List<Long> lsns = new ArrayList<>();

        @Override
        public void redo(RedoRecord record) {
            assertEquals(record.lsn() * 3, record.note());
            assertEquals(record.lsn() % 11, record.transactionId());
            assertEquals(record.lsn() % 7, record.type());
            assertEquals(ByteOrder.LITTLE_ENDIAN, record.body().order());
            assertEquals(0, record.body().position());
            ByteBuffer body = record.body();
            assertEquals(body, record.bytes().slice(record.bodyAt(), record.bodyBytes()));
            long sum = record.lsn();
            for (int at = 0; at < body.limit(); at++) {
                sum += body.get(at);
            }
            long more = sum;
            folded.merge(record.page(), more, (before, ignored) -> before * 31 + more);
            threads.add(Thread.currentThread());
            lsns.add(record.lsn());
        }
    }

    private final List<Folding> shares = new ArrayList<>();

    private ParallelRedo start(HandTasks tasks, int threads) {
        return ParallelRedo.start(tasks, threads, partition -> {
            assertEquals(shares.size(), partition);
            shares.add(new Folding());
            return shares.get(partition);
        });
    }

    private static void add(ParallelRedo redo, long page, long lsn, int bytes) {
        ByteBuffer body = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        new SplittableRandom(lsn).nextBytes(body.array());
        redo.add(page, lsn * 3, lsn, (int) (lsn % 7), lsn % 11, body, 0, bytes);
    }

    private static void addMany(ParallelRedo redo, int records) {
        SplittableRandom random = new SplittableRandom(5);
        for (int lsn = 1; lsn <= records; lsn++) {
            add(redo, random.nextInt(PAGES), lsn, random.nextInt(400));
        }
    }

    private Map<Long, Long> result() {
        Map<Long, Long> all = new HashMap<>();
        for (Folding share : shares) {
            for (Map.Entry<Long, Long> page : share.folded.entrySet()) {
                assertEquals(null, all.put(page.getKey(), page.getValue()), "a page belongs to one share");
            }
        }
        return all;
    }

    private Map<Long, Long> resultOf(HandTasks tasks, int threads, int records) {
        shares.clear();
        try (ParallelRedo redo = start(tasks, threads)) {
            addMany(redo, records);
            redo.finish();
            return result();
        }
    }

    @Test
    @DisplayName("comes to the same with any number of threads")
    void sameResult() {
        Map<Long, Long> expected = resultOf(HandTasks.still(), 1, 100_000);
        assertEquals(PAGES, expected.size());
        for (int threads : new int[] {2, 3, 4, 9}) {
            assertEquals(expected, resultOf(HandTasks.running(), threads, 100_000), threads + " threads");
        }
    }

    @Test
    @DisplayName("does each batch on the caller's thread as soon as it is full while background work stands still, and the rest at the end, in the same order whatever the number of threads")
    void inlineWithoutHelp() {
        HandTasks tasks = HandTasks.still();
        int third = RedoBatch.BYTES / 3;
        for (int threads : new int[] {1, 2, 4}) {
            List<String> order = new ArrayList<>();
            try (ParallelRedo redo = ParallelRedo.start(tasks, threads, partition -> noting(order))) {
                assertEquals(threads - 1, tasks.open());
                add(redo, 7, 1, third);
                add(redo, 8, 2, third);
                add(redo, 7, 3, third);
                assertEquals(List.of(), order);
                add(redo, 7, 4, third); // has no room in the batch any more
                assertEquals(List.of("foresee 7 of " + third, "foresee 7 of " + third, "foreseen", "redo 7 at 1", "redo 7 at 3"), order);
                order.clear();
                redo.finish();
                assertEquals(List.of("foresee 7 of " + third, "foreseen", "redo 7 at 4", "foresee 8 of " + third, "foreseen", "redo 8 at 2"), order);
            }
            assertEquals(0, tasks.open(), "its tasks end with it");
        }
    }

    private static PageRedo noting(List<String> order) {
        return new PageRedo() {
            @Override
            public void foresee(long page, ByteBuffer bytes, int at, int bodyBytes) {
                order.add("foresee " + page + " of " + bodyBytes);
            }

            @Override
            public void foreseen() {
                order.add("foreseen");
            }

            @Override
            public void redo(RedoRecord record) {
                order.add("redo " + record.page() + " at " + record.lsn());
            }
        };
    }

    @Test
    @DisplayName("takes no more memory than its batches, however slow the tasks are, and uses what they gave back")
    void bounded() {
        HandTasks tasks = HandTasks.still();
        try (ParallelRedo redo = start(tasks, 2)) {
            tasks.run(0);
            for (int lsn = 1; lsn <= 100; lsn++) {
                add(redo, 1, lsn, RedoBatch.BYTES / 2); // a batch each
            }
            int waiting = 100 - 1 - shares.stream().mapToInt(share -> share.lsns.size()).sum();
            assertEquals(ParallelRedo.PARTITIONS + 2 * 4 - 1, waiting, "all but the one that is being filled");
            redo.finish();
        }
        assertEquals(100, shares.stream().mapToInt(share -> share.lsns.size()).sum());
    }

    @Test
    @DisplayName("what was added before a task turned up is done before what was added afterwards")
    void nothingOvertakes() {
        HandTasks tasks = HandTasks.still();
        try (ParallelRedo redo = start(tasks, 2)) {
            add(redo, 1, 1, 100);
            tasks.run(0);
            add(redo, 1, 2, 100);
            add(redo, 1, 3, 100);
            redo.finish();
        }
        assertEquals(List.of(1L, 2L, 3L), shares.stream().flatMap(share -> share.lsns.stream()).toList());
    }

    @Test
    @DisplayName("hands records over once a task has turned up, and finds them done")
    void handsOver() throws InterruptedException {
        HandTasks tasks = HandTasks.still();
        try (ParallelRedo redo = start(tasks, 2)) {
            tasks.run(0);
            addMany(redo, 20_000);
            Thread helper = new Thread(() -> tasks.run(0), "helper");
            helper.start();
            helper.join();
            assertTrue(shares.stream().anyMatch(share -> share.threads.contains(helper)));
            redo.finish();
        }
        Map<Long, Long> result = result();
        assertEquals(resultOf(HandTasks.still(), 1, 20_000), result);
    }

    @Test
    @DisplayName("finishes by itself when the tasks turned up and never come again, however much there is")
    void neverRelies() {
        HandTasks tasks = HandTasks.still();
        Map<Long, Long> result;
        try (ParallelRedo redo = start(tasks, 3)) {
            tasks.run(1);
            addMany(redo, 60_000); // far more than the queues hold
            redo.finish();
            result = result();
        }
        assertEquals(resultOf(HandTasks.still(), 1, 60_000), result);
    }

    @Test
    @DisplayName("takes records larger than a batch")
    void largeRecords() {
        HandTasks tasks = HandTasks.still();
        try (ParallelRedo redo = start(tasks, 2)) {
            tasks.run(0);
            add(redo, 1, 1, 100);
            add(redo, 1, 2, 3 * RedoBatch.BYTES);
            add(redo, 1, 3, 0);
            redo.finish();
            assertEquals(List.of(1L, 2L, 3L), shares.stream().flatMap(share -> share.lsns.stream()).toList());
        }
    }

    @Test
    @DisplayName("gives the caller what a task's share threw, the very same, errors too, and again each time")
    void errorsReachTheCaller() {
        for (Throwable thrown : List.of(new StoreDamagedException("page 7"), new DiskException("read"), new OutOfMemoryError("in a test"))) {
            HandTasks tasks = HandTasks.still();
            List<Long> done = new ArrayList<>();
            try (ParallelRedo redo = ParallelRedo.start(tasks, 2, partition -> record -> {
                if (record.lsn() == 5) {
                    sneak(thrown);
                }
                done.add(record.lsn());
            })) {
                tasks.run(0);
                for (long lsn = 1; lsn <= 9; lsn++) {
                    add(redo, 1, lsn, RedoBatch.BYTES / 2); // a batch each
                }
                tasks.run(0); // it throws nothing itself
                assertEquals(List.of(1L, 2L, 3L, 4L), done);
                assertSame(thrown, assertThrows(thrown.getClass(), redo::finish));
                assertSame(thrown, assertThrows(thrown.getClass(), redo::finish));
                assertSame(thrown, assertThrows(thrown.getClass(), () -> {
                    while (true) {
                        add(redo, 1, 10, 1000);
                    }
                }));
                assertEquals(List.of(1L, 2L, 3L, 4L), done, "nothing is done behind what failed");
            }
        }
    }

    @Test
    @DisplayName("throws what redo on the caller's own thread throws as it is, with the batch")
    void ownErrors() {
        StoreDamagedException thrown = new StoreDamagedException("page 7");
        try (ParallelRedo redo = ParallelRedo.start(HandTasks.still(), 2, partition -> record -> sneak(thrown))) {
            add(redo, 7, 1, RedoBatch.BYTES - 100);
            assertSame(thrown, assertThrows(StoreDamagedException.class, () -> add(redo, 7, 2, 100)));
            assertSame(thrown, assertThrows(StoreDamagedException.class, redo::finish));
        }
    }

    @Test
    @DisplayName("does not lose the error of the very last batch, done by the caller itself")
    void lastError() {
        StoreDamagedException thrown = new StoreDamagedException("page 7");
        HandTasks tasks = HandTasks.still();
        try (ParallelRedo redo = ParallelRedo.start(tasks, 2, partition -> record -> sneak(thrown))) {
            tasks.run(0);
            add(redo, 7, 1, 10);
            assertSame(thrown, assertThrows(StoreDamagedException.class, redo::finish));
        }
    }

    @Test
    @DisplayName("of two errors tells the one that belongs to the older record")
    void oldestError() {
        RedoFailure failure = new RedoFailure();
        StoreDamagedException newer = new StoreDamagedException("newer");
        StoreDamagedException older = new StoreDamagedException("older");
        failure.check();
        failure.set(20, newer);
        failure.set(10, older);
        failure.set(30, newer);
        assertSame(older, assertThrows(StoreDamagedException.class, failure::check));
    }

    @Test
    @DisplayName("no error is lost when threads race for it")
    void racingErrors() {
        for (int round = 0; round < 50; round++) {
            HandTasks tasks = HandTasks.running();
            int bad = 1_000 + 37 * round;
            try (ParallelRedo redo = ParallelRedo.start(tasks, 3, partition -> record -> {
                if (record.lsn() == bad) {
                    throw new StoreDamagedException("record " + bad);
                }
            })) {
                assertEquals("record " + bad, assertThrows(StoreDamagedException.class, () -> {
                    addMany(redo, 4_000);
                    redo.finish();
                }).getMessage());
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
