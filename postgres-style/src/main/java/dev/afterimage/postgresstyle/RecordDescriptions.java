package dev.afterimage.postgresstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecordDescriber;

/** Says what each log record of this strategy means, for {@link dev.afterimage.wal.LogDump}. */
final class RecordDescriptions implements LogRecordDescriber {
    @Override
    public String describe(int type, long transactionId, ByteBuffer body) {
        return switch (type) {
            case RecordTypes.RANGES -> "ranges of page " + RangesRecord.pageId(body) + ", on its version of LSN " + RangesRecord.basisLsn(body) + ": " + ranges(body);
            case RecordTypes.IMAGE -> "image of page " + ImageRecord.pageId(body) + ", " + (body.remaining() - Long.BYTES) + " bytes";
            case RecordTypes.GONE -> "page " + GoneRecord.pageId(body) + " ceases to exist";
            case RecordTypes.COMMIT -> "commit of transaction " + transactionId + ", " + CommitRecord.records(body) + " records from LSN " + CommitRecord.firstLsn(body);
            case RecordTypes.CHECKPOINT -> {
                CheckpointRecord checkpoint = CheckpointRecord.of(body);
                yield "checkpoint " + checkpoint.number() + ", redo from LSN " + checkpoint.redoPoint() + ", highest transaction " + checkpoint.highestTransactionId();
            }
            default -> "unknown type " + type + ", " + body.remaining() + " bytes";
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
