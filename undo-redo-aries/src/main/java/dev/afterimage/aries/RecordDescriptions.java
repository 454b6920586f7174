package dev.afterimage.aries;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.afterimage.wal.LogRecordDescriber;
import dev.afterimage.wal.LogRecordDescription;

/** Says what each log record of this strategy means, for {@link dev.afterimage.wal.LogDump}. */
final class RecordDescriptions implements LogRecordDescriber {
    /** Rows of a checkpoint's tables that are told one by one. */
    private static final int ROWS_MAX = 8;
    /** Ranges of a page that are told one by one. */
    private static final int RANGES_MAX = 16;

    @Override
    public LogRecordDescription describe(int type, long transactionId, ByteBuffer body) {
        body.order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case RecordTypes.UPDATE -> LogRecordDescription.ofPage("update", PageRecord.pageId(body), update(body));
            case RecordTypes.COMPENSATION -> LogRecordDescription.ofPage("compensation", PageRecord.pageId(body), compensation(body));
            case RecordTypes.COMMIT -> LogRecordDescription.of("commit", previous(body));
            case RecordTypes.END -> LogRecordDescription.of("end", "rolled back, " + previous(body));
            case RecordTypes.BEGIN_CHECKPOINT -> LogRecordDescription.of("begin checkpoint", "number " + body.getLong(0));
            case RecordTypes.END_CHECKPOINT -> LogRecordDescription.of("end checkpoint", tables(body));
            default -> LogRecordDescription.unknown(type);
        };
    }

    private static String update(ByteBuffer body) {
        ByteBuffer before = PageRecord.undoPart(body);
        int redoBytes = body.limit() - PageRecord.HEADER_BYTES - before.limit();
        String what = switch (PageRecord.action(body)) {
            case PageRecord.CHANGE -> "bytes " + ranges(before, PageRecord.ranges(body)) + " before and after";
            case PageRecord.CHANGE_IMAGED -> "bytes " + ranges(before, PageRecord.ranges(body)) + " before, and all of it after, in " + redoBytes + " bytes";
            case PageRecord.CREATE -> "comes to exist";
            case PageRecord.DISCARD -> "ceases to exist; all of it before, in " + before.limit() + " bytes";
            default -> "action " + PageRecord.action(body) + ", unknown to this version";
        };
        return what + ", " + basis(body) + ", " + previous(body);
    }

    private static String compensation(ByteBuffer body) {
        ByteBuffer redo = body.slice(PageRecord.HEADER_BYTES, body.limit() - PageRecord.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        String what = switch (PageRecord.action(body)) {
            case PageRecord.CHANGE -> "bytes " + ranges(redo, PageRecord.ranges(body)) + " put back";
            case PageRecord.DISCARD -> "its creation taken back";
            case PageRecord.RESTORE -> "all of it put back, from " + redo.limit() + " bytes";
            default -> "action " + PageRecord.action(body) + ", unknown to this version";
        };
        long next = PageRecord.undoNextLsn(body);
        return what + ", " + basis(body) + ", " + previous(body) + ", " + (next == 0 ? "nothing left to undo" : "undoNextLSN " + next);
    }

    private static String ranges(ByteBuffer part, int count) {
        StringBuilder text = new StringBuilder();
        for (int range = 0; range < Math.min(count, RANGES_MAX); range++) {
            int offset = Short.toUnsignedInt(part.getShort(range * PageRecord.BYTES_PER_RANGE));
            int length = Short.toUnsignedInt(part.getShort(range * PageRecord.BYTES_PER_RANGE + 2));
            text.append(range == 0 ? "" : ", ").append(offset).append("..").append(offset + length - 1);
        }
        return count > RANGES_MAX ? text + " and " + (count - RANGES_MAX) + " more ranges" : text.toString();
    }

    private static String basis(ByteBuffer body) {
        return "on its version of LSN " + PageRecord.basisLsn(body, 0);
    }

    private static String previous(ByteBuffer body) {
        long previous = PageRecord.prevLsn(body);
        return previous == 0 ? "its first" : "prevLSN " + previous;
    }

    private static String tables(ByteBuffer body) {
        StringBuilder text = new StringBuilder("begun at LSN ").append(CheckpointTables.beginLsn(body));
        int transactions = CheckpointTables.transactions(body);
        text.append("; ").append(transactions).append(transactions == 1 ? " transaction" : " transactions");
        for (int row = 0; row < Math.min(transactions, ROWS_MAX); row++) {
            text.append(row == 0 ? ": " : ", ").append(CheckpointTables.transactionField(body, row, 0)).append(" (first ").append(CheckpointTables.transactionField(body, row, 1))
                    .append(", last ").append(CheckpointTables.transactionField(body, row, 2)).append(", undoNext ").append(CheckpointTables.transactionField(body, row, 3)).append(')');
        }
        text.append(transactions > ROWS_MAX ? ", …" : "");
        int pages = CheckpointTables.pages(body);
        text.append("; ").append(pages).append(pages == 1 ? " dirty page" : " dirty pages");
        for (int row = 0; row < Math.min(pages, ROWS_MAX); row++) {
            text.append(row == 0 ? ": " : ", ").append(CheckpointTables.pageField(body, row, 0)).append(" (recLSN ").append(CheckpointTables.pageField(body, row, 1)).append(')');
        }
        text.append(pages > ROWS_MAX ? ", …" : "");
        int follow = CheckpointTables.partsThatFollow(body);
        return text.append(follow == 0 ? "" : "; " + follow + (follow == 1 ? " more part follows" : " more parts follow")).toString();
    }
}
