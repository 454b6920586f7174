package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecordDescriber;
import dev.afterimage.wal.LogRecordDescription;

/** Says what each log record of this strategy means, for {@link dev.afterimage.wal.LogDump}. */
final class RecordDescriptions implements LogRecordDescriber {
    @Override
    public LogRecordDescription describe(int type, long transactionId, ByteBuffer body) {
        return switch (type) {
            case RecordTypes.RANGES -> LogRecordDescription.ofPage("ranges", RangesRecord.pageId(body), "bytes " + ranges(body) + " on its version of LSN " + RangesRecord.basisLsn(body));
            case RecordTypes.IMAGE -> LogRecordDescription.ofPage("image", ImageRecord.pageId(body), "all of it, in " + (body.remaining() - Long.BYTES) + " bytes");
            case RecordTypes.GONE -> LogRecordDescription.ofPage("gone", GoneRecord.pageId(body), "ceases to exist");
            case RecordTypes.COMMIT -> LogRecordDescription.of("commit", CommitRecord.records(body) + (CommitRecord.records(body) == 1 ? " record" : " records") + " from LSN " + CommitRecord.firstLsn(body));
            case RecordTypes.CHECKPOINT -> {
                CheckpointRecord checkpoint = CheckpointRecord.of(body);
                yield LogRecordDescription.of("checkpoint", "number " + checkpoint.number() + ", redo from LSN " + checkpoint.redoPoint() + ", highest transaction " + checkpoint.highestTransactionId());
            }
            default -> LogRecordDescription.unknown(type);
        };
    }

    private static String ranges(ByteBuffer body) {
        body.order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder text = new StringBuilder();
        int count = RangesRecord.count(body);
        for (int range = 0; range < count; range++) {
            int offset = RangesRecord.offset(body, range);
            text.append(range == 0 ? "" : ", ").append(offset).append("..").append(offset + RangesRecord.length(body, range) - 1);
        }
        return text.toString();
    }
}
