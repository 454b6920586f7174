package dev.afterimage.aries;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;

/** Transactions, by number: a bit for each. Numbers are given out in a row, so a stretch of the log knows those of a few blocks, which are found at once. One thread. */
final class TransactionSet {
    /** Numbers of a block: half a kibibyte of bits. */
    private static final int BLOCK = 1 << 12;
    /** Blocks that are found without a search: each has one place where it may be. */
    private static final int RECENT = 32;

    private final Map<Long, long[]> blocks = new HashMap<>();
    private final long[] recentNumbers = new long[RECENT];
    private final long[] @Nullable [] recentBlocks = new long[RECENT][];

    void add(long id) {
        assert id > 0 : "transaction " + id;
        long number = id / BLOCK;
        int recent = (int) number & RECENT - 1;
        long[] block = recentBlocks[recent];
        if (block == null || number != recentNumbers[recent]) {
            block = blocks.computeIfAbsent(number, made -> new long[BLOCK / Long.SIZE]);
            recentBlocks[recent] = block;
            recentNumbers[recent] = number;
        }
        block[(int) (id % BLOCK) / Long.SIZE] |= 1L << id;
    }

    void addAll(TransactionSet others) {
        others.blocks.forEach((number, theirs) -> {
            long[] mine = blocks.computeIfAbsent(number, made -> new long[theirs.length]);
            Arrays.setAll(mine, word -> mine[word] | theirs[word]);
        });
    }

    /** How many of them are such. */
    long count(LongPredicate such) {
        return blocks.entrySet().stream().flatMapToLong(entry -> members(entry.getKey() * BLOCK, entry.getValue())).filter(such).count();
    }

    boolean contains(long id) {
        long[] block = blocks.get(id / BLOCK);
        return block != null && (block[(int) (id % BLOCK) / Long.SIZE] & 1L << id) != 0;
    }

    private static LongStream members(long first, long[] block) {
        return LongStream.range(first, first + BLOCK).filter(id -> (block[(int) (id - first) / Long.SIZE] & 1L << id) != 0);
    }
}
