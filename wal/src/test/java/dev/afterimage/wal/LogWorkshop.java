package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import dev.afterimage.api.RecoveryProgress;
import dev.afterimage.spi.StrategyEvents;
import dev.afterimage.spi.storage.Disk;

/** What the tests share: small sizes, simple records, and reading everything back. */
final class LogWorkshop {
    static final int SEGMENT = 256 << 10;
    static final LogSettings SETTINGS = new LogSettings(SEGMENT, 64 << 10);
    static final long STORE = 0x5707EL;

    /** A record read back. */
    record Found(int timeline, long lsn, int type, long transactionId, byte[] body) {
    }

    /** All that was read back, and where it ended. */
    record Reading(List<Found> records, LogEnd end) {
        List<Long> transactions() {
            return records.stream().map(Found::transactionId).toList();
        }
    }

    /** A record whose body is told by its transaction's number. */
    static final class Sample implements LogRecord {
        private final long transactionId;
        private final int bodyBytes;

        Sample(long transactionId, int bodyBytes) {
            this.transactionId = transactionId;
            this.bodyBytes = bodyBytes;
        }

        @Override
        public int type() {
            return 1 + (int) (transactionId % 200);
        }

        @Override
        public long transactionId() {
            return transactionId;
        }

        @Override
        public int bodyBytes() {
            return bodyBytes;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.put(bodyOf(transactionId, bodyBytes));
        }
    }

    /** Counts what it is told. */
    static final class Told implements StrategyEvents {
        final List<Throwable> causes = new ArrayList<>();

        @Override
        public void recoveryProgress(RecoveryProgress progress) {
            throw new AssertionError("a log has no progress to tell");
        }

        @Override
        public synchronized void failed(Throwable cause) {
            causes.add(cause);
        }
    }

    private LogWorkshop() {
    }

    static byte[] bodyOf(long transactionId, int bytes) {
        byte[] body = new byte[bytes];
        new SplittableRandom(transactionId).nextBytes(body);
        return body;
    }

    static RandomGenerator random() {
        return new SplittableRandom(42);
    }

    static WriteAheadLog create(Disk disk) {
        return begin(disk, LogEnd.NEW_STORE);
    }

    static WriteAheadLog begin(Disk disk, LogEnd after) {
        return WriteAheadLog.begin(disk, SETTINGS, STORE, after, random(), new Told());
    }

    /** The anchor of a log that was just created. */
    static LogAnchor firstAnchor() {
        return new LogAnchor(1, SegmentHeader.BYTES);
    }

    static long append(WriteAheadLog log, long transactionId) {
        return log.append(new Sample(transactionId, 100));
    }

    static long append(WriteAheadLog log, long transactionId, int bodyBytes) {
        return log.append(new Sample(transactionId, bodyBytes));
    }

    static long appendForced(WriteAheadLog log, long transactionId) {
        long lsn = append(log, transactionId);
        log.force(lsn);
        return lsn;
    }

    /** Appends until the current segment cannot take another record of that size, and gives the next transaction number. */
    static long fillSegment(WriteAheadLog log, long transactionId, int bodyBytes) {
        long next = transactionId;
        long boundary = (log.endLsn() / SEGMENT + 1) * SEGMENT;
        while (boundary - log.endLsn() >= RecordFormat.span(RecordFormat.HEADER_BYTES + bodyBytes)) {
            append(log, next++, bodyBytes);
        }
        return next;
    }

    static Reading read(Disk disk) {
        return read(disk, firstAnchor());
    }

    static Reading read(Disk disk, LogAnchor from) {
        try (LogReader reader = LogReader.open(disk, SETTINGS, STORE, from)) {
            List<Found> found = new ArrayList<>();
            while (reader.next()) {
                byte[] body = new byte[reader.body().remaining()];
                reader.body().get(0, body);
                found.add(new Found(reader.timeline(), reader.lsn(), reader.type(), reader.transactionId(), body));
            }
            return new Reading(found, reader.end());
        }
    }

    /** The name of the file that holds a position of a timeline. */
    static String fileOf(int timeline, long lsn) {
        return new SegmentName(timeline, lsn / SEGMENT).toString();
    }
}
