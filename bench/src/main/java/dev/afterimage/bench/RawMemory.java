package dev.afterimage.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

import dev.afterimage.cli.benchmark.BenchmarkRow;

/** What the same bytes cost where they only lie in memory. */
final class RawMemory {
    private static final int RING_BYTES = 4 << 20;
    private static final int ENTRY_BYTES = 64;

    private RawMemory() {
    }

    /** Transfers without locks, log or store: three pages of each thread's own memory are changed, and what a log would get is put into a ring, with its checksum. */
    static Measurement transfers(Benchmark benchmark, int threads, int pages) {
        ByteBuffer memory = direct(pages * Stores.PAGE_BYTES);
        List<Operation> lanes = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            lanes.add(new PlainTransfers(memory, pages, lane));
        }
        return new InMemory(new Measurement.Subject(benchmark.id(), BenchmarkRow.RAW, threads, "RELAXED", "transfers", 1, null), lanes);
    }

    /** Ten reads of eight bytes, each on a page at random. */
    static Measurement reads(Benchmark benchmark, int threads, int pages) {
        ByteBuffer memory = direct(pages * Stores.PAGE_BYTES);
        List<Operation> lanes = new ArrayList<>();
        for (int lane = 0; lane < threads; lane++) {
            lanes.add(new PlainReads(memory, pages, lane));
        }
        return new InMemory(new Measurement.Subject(benchmark.id(), BenchmarkRow.RAW, threads, BenchmarkRow.NONE, "page reads", PageReads.PER_TRANSACTION, null), lanes);
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Operations that need nothing but memory. */
    record InMemory(Subject subject, List<Operation> lanes) implements Measurement {
        @Override
        public Sample measure(long nanos) {
            return ClosedLoop.run(subject.threads(), nanos, lanes::get);
        }
    }

    /** One thread's. */
    private static final class PlainReads implements Operation {
        private final ByteBuffer memory;
        private final int pages;
        private final RandomNumbers random;
        private long sum;

        PlainReads(ByteBuffer memory, int pages, int lane) {
            this.memory = memory;
            this.pages = pages;
            this.random = new RandomNumbers(lane);
        }

        @Override
        public void once() {
            for (int i = 0; i < PageReads.PER_TRANSACTION; i++) {
                sum += memory.getLong(random.below(pages) * Stores.PAGE_BYTES);
            }
        }
    }

    /** One thread's; that two of them may change the same place at once is of no matter here. */
    private static final class PlainTransfers implements Operation {
        private final ByteBuffer memory;
        private final int pages;
        private final int journal;
        private final ByteBuffer ring = direct(RING_BYTES / 16);
        private final ByteBuffer entry = direct(ENTRY_BYTES);
        private final ByteBuffer record = ByteBuffer.allocateDirect(RawAppends.APPEND_BYTES).put(RawAppends.payload());
        private final CRC32C crc = new CRC32C();
        private final RandomNumbers random;
        private long made;

        PlainTransfers(ByteBuffer memory, int pages, int lane) {
            this.memory = memory;
            this.pages = pages;
            this.journal = lane % pages;
            this.random = new RandomNumbers(lane);
        }

        private int page() {
            return random.below(pages) * Stores.PAGE_BYTES;
        }

        @Override
        public void once() {
            int low = page();
            int high = page();
            memory.putLong(low, memory.getLong(low) - 1);
            memory.putLong(high, memory.getLong(high) + 1);
            entry.putLong(0, made++);
            memory.put(journal * Stores.PAGE_BYTES + (int) (made % (Stores.PAGE_BYTES / ENTRY_BYTES)) * ENTRY_BYTES, entry, 0, ENTRY_BYTES);
            record.putLong(0, made);
            if (ring.remaining() < RawAppends.APPEND_BYTES + Integer.BYTES) {
                ring.clear();
            }
            ring.put(record.rewind());
            crc.reset();
            crc.update(record.rewind());
            ring.putInt((int) crc.getValue());
        }
    }
}
