package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.wal.LogReader;

/** Page records of some transactions within one stretch of the log, read forward, to be used backward. One thread. */
final class LoggedRecords {
    /** One of them. */
    record Logged(long lsn, int type, long transactionId, ByteBuffer body) {
    }

    private final List<Logged> records = new ArrayList<>();
    private long bytesRead;

    /**
     * Reads a stretch in place of the former one.
     *
     * @param reader stands before the stretch
     * @param lastLsn the last record of the stretch
     * @param transactions whose records are wanted
     */
    void read(LogReader reader, long lastLsn, LongPredicate transactions) {
        records.clear();
        long from = 0;
        do {
            if (!reader.next() || reader.lsn() > lastLsn) {
                throw new StoreDamagedException("the log has no record at LSN " + lastLsn + ", though another record names it");
            }
            from = from == 0 ? reader.lsn() : from;
            boolean ofPage = reader.type() == RecordTypes.UPDATE || reader.type() == RecordTypes.COMPENSATION;
            if (ofPage && transactions.test(reader.transactionId())) {
                ByteBuffer copy = ByteBuffer.allocate(reader.body().remaining()).order(ByteOrder.LITTLE_ENDIAN).put(reader.body()).flip();
                records.add(new Logged(reader.lsn(), reader.type(), reader.transactionId(), copy));
            }
        } while (reader.lsn() < lastLsn);
        bytesRead += reader.endLsn() - from;
    }

    /** Whether a record at that position would be among them. */
    boolean reaches(long lsn) {
        return !records.isEmpty() && records.get(0).lsn() <= lsn && lsn <= records.get(records.size() - 1).lsn();
    }

    /** The record at that position. */
    Logged at(long lsn) {
        int low = 0;
        int high = records.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Logged record = records.get(middle);
            if (record.lsn() == lsn) {
                return record;
            }
            if (record.lsn() < lsn) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        throw new StoreDamagedException("the log has no page record of an unfinished transaction at LSN " + lsn + ", though another record names it");
    }

    long bytesRead() {
        return bytesRead;
    }
}
