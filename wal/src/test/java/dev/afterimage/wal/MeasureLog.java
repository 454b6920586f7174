package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

import dev.afterimage.spi.storage.Disk;

/** Measures appending and forcing on real files; asserts nothing. The argument is a folder to work in; a temporary one otherwise. */
final class MeasureLog {
    private static final byte[] BODY = new byte[100];

    /** One hundred bytes, always the same object. */
    private static final class Hundred implements LogRecord {
        @Override
        public int type() {
            return 1;
        }

        @Override
        public long transactionId() {
            return 1;
        }

        @Override
        public int bodyBytes() {
            return BODY.length;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.put(BODY);
        }
    }

    private MeasureLog() {
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = arguments.length > 0 ? Files.createDirectories(Path.of(arguments[0])) : Files.createTempDirectory("measure-log");
        try (Disk disk = StorageModule.open("file", folder.toString());
                WriteAheadLog log = WriteAheadLog.begin(disk, LogSettings.DEFAULT, 1, LogEnd.NEW_STORE, new SplittableRandom(), new LogWorkshop.Told())) {
            for (int round = 0; round < 4; round++) {
                append(log, 1_000_000);
            }
            for (int threads : new int[] {1, 2, 4, 1, 2, 4}) {
                together(log, threads);
            }
            for (int round = 0; round < 3; round++) {
                garbage(log, "append and write", 20_000, lsn -> log.write(lsn));
                garbage(log, "append and force", 2_000, lsn -> log.force(lsn));
            }
            for (int threads : new int[] {1, 2, 16, 128, 1, 2, 16, 128}) {
                force(log, threads, 2_000_000_000L);
                log.recycleBefore(log.syncedLsn());
            }
            System.out.println(log.statistics());
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
            }
        }
    }

    private static void append(WriteAheadLog log, int records) {
        LogRecord record = new Hundred();
        Runtime runtime = Runtime.getRuntime();
        long writeBatches = log.statistics().bytesWritten();
        runtime.gc();
        long used = runtime.totalMemory() - runtime.freeMemory();
        long begin = System.nanoTime();
        for (int i = 0; i < records; i++) {
            log.append(record);
        }
        long all = System.nanoTime() - begin;
        long garbage = runtime.totalMemory() - runtime.freeMemory() - used; // none is collected meanwhile if it is as little as it should be
        long[] bursts = new long[200]; // of what fits the buffer, without the writing; the fastest is one that nobody else got in the way of
        for (int burst = 0; burst < bursts.length; burst++) {
            log.write(log.endLsn());
            begin = System.nanoTime();
            for (int i = 0; i < 5_000; i++) {
                log.append(record);
            }
            bursts[burst] = System.nanoTime() - begin;
        }
        Arrays.sort(bursts);
        log.recycleBefore(log.syncedLsn());
        System.out.printf("append of 100 bytes: %.0f ns in memory (median %.0f), %.0f ns with writing out (%d MiB written), %.3f bytes of garbage each%n",
                bursts[0] / 5000.0, bursts[bursts.length / 2] / 5000.0, (double) all / records, log.statistics().bytesWritten() - writeBatches >> 20, (double) garbage / records);
    }

    /** Bursts of what fits the buffer, shared by several threads that begin at the same moment. */
    private static void together(WriteAheadLog log, int threads) throws Exception {
        int each = 12_000 / threads;
        long[] bursts = new long[150];
        CyclicBarrier edge = new CyclicBarrier(threads + 1);
        for (int thread = 0; thread < threads; thread++) {
            new Thread(() -> {
                LogRecord record = new Hundred();
                try {
                    for (int burst = 0; burst < bursts.length; burst++) {
                        edge.await();
                        for (int i = 0; i < each; i++) {
                            log.append(record);
                        }
                        edge.await();
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }).start();
        }
        for (int burst = 0; burst < bursts.length; burst++) {
            log.write(log.endLsn());
            long begin = System.nanoTime(); // before the others are let go, so waking them is in it
            edge.await();
            edge.await();
            bursts[burst] = System.nanoTime() - begin;
        }
        log.force(log.endLsn());
        log.recycleBefore(log.syncedLsn());
        Arrays.sort(bursts);
        System.out.printf("%d threads append in memory: %.0f ns each at best, median %.0f%n", threads, bursts[0] / (double) (each * threads), bursts[bursts.length / 2] / (double) (each * threads));
    }

    private static void garbage(WriteAheadLog log, String what, int calls, LongConsumer call) {
        LogRecord record = new Hundred();
        Runtime runtime = Runtime.getRuntime();
        runtime.gc();
        long used = runtime.totalMemory() - runtime.freeMemory();
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            call.accept(log.append(record));
        }
        long nanos = System.nanoTime() - begin;
        System.out.printf("%s: %.1f us, %.0f bytes of garbage each%n", what, nanos / 1e3 / calls, (double) (runtime.totalMemory() - runtime.freeMemory() - used) / calls);
    }

    private static void force(WriteAheadLog log, int committers, long nanos) throws InterruptedException {
        long syncs = log.statistics().syncs();
        AtomicLong commits = new AtomicLong();
        Duration cpu = cpu();
        long until = System.nanoTime() + nanos;
        Thread[] threads = new Thread[committers];
        for (int i = 0; i < committers; i++) {
            threads[i] = new Thread(() -> {
                LogRecord record = new Hundred();
                while (System.nanoTime() < until) {
                    log.force(log.append(record));
                    commits.incrementAndGet();
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        syncs = log.statistics().syncs() - syncs;
        System.out.printf("force, %d committers: %.0f commits/s, %.0f syncs/s, %.2f syncs and %.1f us of processor time per commit%n", committers, commits.get() * 1e9 / nanos,
                syncs * 1e9 / nanos, (double) syncs / commits.get(), cpu().minus(cpu).toNanos() / 1e3 / commits.get());
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
