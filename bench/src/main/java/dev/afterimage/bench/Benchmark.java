package dev.afterimage.bench;

/** What can be measured; the order is that of the table. */
enum Benchmark {
    R1("R1", "append 256 bytes to a zero-filled file and sync its data: one thread, a Java loop"),
    R1_IN_C("R1-c", "the same in C"),
    R1_DSYNC("R1-dsync", "the same with one call, which syncs by itself"),
    R1_DIRECT("R1-direct", "one call that syncs, 4 KiB past the system's cache; threads are writes under way at a time"),
    R1_GROWING("R1-growing", "the same to a file that grows by it"),
    R1_MAPPED("R1-mapped", "the same into a memory map"),
    R1_GROUP("R1g", "R1 by several threads, with the simplest group commit that is any good"),
    R1_WRITE("R1w", "append 256 bytes to a zero-filled file without a sync, each thread by itself"),
    R2("R2", "write 1 MiB pieces one after the other, past the system's cache"),
    R3("R3", "read 1 MiB pieces one after the other, past the system's cache"),
    R3_CACHED("R3-cached", "the same, all of it in the system's cache"),
    R3_CHECKED("R3-crc", "the same with a CRC-32C, on as many threads as there are processors"),
    R3_PAGES("R3p", "read ten pages at random from a file in the system's cache"),
    R4("R4", "copy 1 MiB from memory to memory"),
    R4_TRANSFER("R4t", "a transfer in plain memory, and 256 bytes with a CRC-32C into a ring, each thread by itself"),
    R4_PAGES("R4p", "read 8 bytes on each of ten pages at random, in plain memory"),
    TRANSFER("transfer", "change 8 bytes on each of two pages and write 64 bytes on a third, pages at random"),
    TRANSFER_HOT("transfer-hot", "the same, on three pages that all threads share"),
    TRANSFER_VIRTUAL("transfer-virtual", "the same as transfer, by thousands of committers at once, each a virtual thread"),
    READ_CACHED("read-cached", "read-only transactions of ten pages at random, all of them in the cache"),
    READ_UNCACHED("read-uncached", "the same, the store being sixteen times the cache"),
    BULK_LOAD("bulk-load", "fill a new store, transactions of 64 pages, durable at the end"),
    ROLLBACK("rollback", "roll back 10,000 changes"),
    RESTART("restart", "recover a crashed store");

    private final String id;
    private final String sentence;

    Benchmark(String id, String sentence) {
        this.id = id;
        this.sentence = sentence;
    }

    /** Its name in tables, files and options. */
    String id() {
        return id;
    }

    /** What it is. */
    String sentence() {
        return sentence;
    }

    /** Whether it needs no store. */
    boolean isRaw() {
        return compareTo(TRANSFER) < 0;
    }
}
