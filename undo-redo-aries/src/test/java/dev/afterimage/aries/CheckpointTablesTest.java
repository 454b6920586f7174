package dev.afterimage.aries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.wal.LogRecord;

@DisplayName("A checkpoint's tables")
class CheckpointTablesTest {
    private static ByteBuffer write(LogRecord record) {
        ByteBuffer body = ByteBuffer.allocate(record.bodyBytes()).order(ByteOrder.LITTLE_ENDIAN);
        record.writeBody(body);
        assertEquals(0, body.remaining(), "as long as it said");
        return body.flip();
    }

    @Test
    @DisplayName("come back row by row, over as many records as it takes, no row in two of them")
    void parts() {
        CheckpointTables tables = new CheckpointTables();
        for (int row = 1; row <= 20; row++) {
            tables.addTransaction(row, 8 * row, 80 * row, 16 * row);
        }
        for (int row = 30; row >= 1; row--) {
            tables.addPage(100 + row, 8 * row);
        }
        tables.sort();
        int bodyBytes = CheckpointTables.HEADER_BYTES + 100;
        int transactions = 0;
        int pages = 0;
        for (int part = 0; part < tables.parts(bodyBytes); part++) {
            LogRecord record = tables.part(part, bodyBytes, 4096, 99);
            assertTrue(record.bodyBytes() <= bodyBytes);
            ByteBuffer body = write(record);
            assertEquals(tables.parts(bodyBytes) - 1 - part, CheckpointTables.partsThatFollow(body));
            assertEquals(4096, CheckpointTables.beginLsn(body));
            assertEquals(99, CheckpointTables.highestTransactionId(body));
            for (int row = 0; row < CheckpointTables.transactions(body); row++) {
                transactions++;
                assertEquals(transactions, CheckpointTables.transactionField(body, row, 0));
                assertEquals(8 * transactions, CheckpointTables.transactionField(body, row, 1));
                assertEquals(80 * transactions, CheckpointTables.lastLsn(body, row));
                assertEquals(16 * transactions, CheckpointTables.transactionField(body, row, 3));
            }
            for (int row = 0; row < CheckpointTables.pages(body); row++) {
                pages++;
                assertEquals(100 + pages, CheckpointTables.pageField(body, row, 0));
                assertEquals(8 * pages, CheckpointTables.pageField(body, row, 1));
            }
        }
        assertEquals(20, transactions);
        assertEquals(30, pages);
    }

    @Test
    @DisplayName("have room for the state of a transaction that is prepared, and refuse it as long as nobody knows what to do with it")
    void prepared() {
        CheckpointTables tables = new CheckpointTables();
        tables.addTransaction(7, 800, 880 | 1, 880);
        ByteBuffer body = write(tables.part(0, 4096, 4096, 7));
        StoreDamagedException refused = assertThrows(StoreDamagedException.class, () -> CheckpointTables.lastLsn(body, 0));
        assertEquals("the checkpoint begun at LSN 4096 has transaction 7 in state 1, which this version does not know; open the store with the version that wrote it", refused.getMessage());
    }
}
