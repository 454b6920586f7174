package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The transaction table of recovery")
class TransactionTableTest {
    @Test
    @DisplayName("agrees with a map over a hundred thousand transactions")
    void agreesWithAMap() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        TransactionTable table = new TransactionTable();
        Map<Long, Integer> records = new HashMap<>();
        Map<Long, Long> commits = new HashMap<>();
        for (long lsn = 1; lsn < 300_000; lsn++) {
            long id = random.nextLong(1, 100_000) * 1_000_003;
            if (!commits.containsKey(id)) {
                if (records.containsKey(id) && random.nextInt(3) == 0) {
                    table.commit(id, lsn);
                    commits.put(id, lsn);
                } else {
                    table.record(id);
                    records.merge(id, 1, Integer::sum);
                }
            }
        }
        records.forEach((id, count) -> {
            assertEquals(count, table.records(id));
            assertEquals(commits.getOrDefault(id, TransactionTable.NOT_COMMITTED), table.commitLsn(id));
        });
        assertEquals(commits.size(), table.committedCount());
        assertEquals(records.size() - commits.size(), table.unfinishedCount());
        assertEquals(records.keySet().stream().mapToLong(Long::longValue).max().orElseThrow(), table.highestId());
        assertEquals(0, table.records(5));
        assertEquals(TransactionTable.NOT_COMMITTED, table.commitLsn(5));
    }

    @Test
    @DisplayName("counts a transaction once, however many of its pages are redone")
    void countsRedoneOnce() {
        TransactionTable table = new TransactionTable();
        table.record(1);
        table.commit(1, 10);
        table.redone(1);
        table.redone(1);
        assertEquals(1, table.redoneCount());
    }
}
