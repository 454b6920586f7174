package dev.afterimage.bench;

/** What can be measured; the order is that of the table. */
enum Benchmark {
    R1("R1", "append 256 bytes to a zero-filled file and sync its data, one thread"),
    R1_GROUP("R1g", "the same by several threads, with the simplest group commit that is any good"),
    R1_WRITE("R1w", "append 256 bytes to a zero-filled file without a sync, each thread by itself"),
    R4_TRANSFER("R4t", "a transfer in plain memory, and 256 bytes with a CRC-32C into a ring, each thread by itself"),
    TRANSFER("transfer", "change 8 bytes on each of two pages and write 64 bytes on a third, pages at random"),
    TRANSFER_HOT("transfer-hot", "the same, on three pages that all threads share");

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
}
