package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.api.StoreFormatException;
import dev.afterimage.spi.LogEntry;
import dev.afterimage.spi.LogSummary;
import dev.afterimage.spi.LogSummary.Ending;
import dev.afterimage.spi.storage.Disk;

/** Shows the redo log to people, from the checkpoint on: what lies before is no longer needed, and may be half overwritten. It only reads. */
final class RedoLogDump {
    private static final int BYTES_SHOWN = 16;

    private RedoLogDump() {
    }

    /** Gives each record, as {@link dev.afterimage.spi.RecoveryStrategyProvider#readLog} says. */
    static LogSummary read(Disk disk, long storeId, Predicate<LogEntry> each) {
        try (RedoReader reader = RedoReader.peek(disk, storeId)) {
            return read(reader, each).withNotes(List.of(note(reader.checkpoint())));
        } catch (StoreDamagedException | StoreFormatException unreadable) {
            return new LogSummary(Ending.DAMAGED, 0, String.valueOf(unreadable.getMessage()), List.of());
        }
    }

    private static LogSummary read(RedoReader reader, Predicate<LogEntry> each) {
        long last = reader.checkpoint().lsn();
        try {
            while (reader.peekNext()) {
                while (reader.nextRecord()) {
                    if (!each.test(entry(reader))) {
                        return new LogSummary(Ending.STOPPED, reader.endLsn(), "the log goes on at LSN " + reader.endLsn(), List.of());
                    }
                }
                last = reader.endLsn();
            }
            RedoEnd end = reader.peekEnd();
            return new LogSummary(Ending.END, end.lsn(), "the log ends at LSN " + end.lsn() + ", written by opening " + reader.opening()
                    + (end.tailBytesCut() == 0 ? "" : ", with a torn tail of " + end.tailBytesCut() + " bytes, none of which had been synced"), List.of());
        } catch (StoreDamagedException damage) {
            return new LogSummary(Ending.DAMAGED, last, String.valueOf(damage.getMessage()), List.of());
        }
    }

    private static String note(RedoCheckpoint checkpoint) {
        return "Redo would begin at LSN " + checkpoint.lsn() + ", the checkpoint; the log had been durable up to LSN " + checkpoint.syncedLsn() + " when that was written, and holds " + checkpoint.capacityBytes()
                + " bytes.";
    }

    private static LogEntry entry(RedoReader reader) {
        boolean commit = reader.space() == Spaces.COMMITS;
        String group = "mini-transaction " + reader.startLsn() + " to " + reader.endLsn();
        String text = (commit ? "commit number " + reader.body().getLong(0) : space(reader.space()) + content(reader)) + "; " + group;
        return new LogEntry(reader.opening(), reader.recordLsn(), reader.recordBytes(), commit ? reader.page() : 0, commit ? "commit" : reader.type().innodbName(),
                commit ? OptionalLong.empty() : OptionalLong.of(reader.page()), text);
    }

    private static String space(int number) {
        return switch (number) {
            case Spaces.PAGES -> "page: ";
            case Spaces.UNDO -> "undo page: ";
            default -> "page of space " + number + ": ";
        };
    }

    private static String content(RedoReader reader) {
        ByteBuffer body = reader.body().order(ByteOrder.LITTLE_ENDIAN);
        int last = reader.offset() + reader.length() - 1;
        return switch (reader.type()) {
            case INIT_PAGE -> "begins as zeros";
            case FREE_PAGE -> "is no more";
            case WRITE_SHORT -> "bytes " + reader.offset() + ".." + last + " become " + body.getShort(0);
            case WRITE_INT -> "bytes " + reader.offset() + ".." + last + " become " + body.getInt(0);
            case WRITE_LONG -> "bytes " + reader.offset() + ".." + last + " become " + body.getLong(0);
            case FILL -> "bytes " + reader.offset() + ".." + last + " all become " + body.get(0);
            default -> "bytes " + reader.offset() + ".." + last + " become " + hex(body);
        };
    }

    private static String hex(ByteBuffer body) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(BYTES_SHOWN, body.limit()); i++) {
            text.append(Character.forDigit(body.get(i) >> 4 & 15, 16)).append(Character.forDigit(body.get(i) & 15, 16));
        }
        return body.limit() > BYTES_SHOWN ? text + "…" : text.toString();
    }
}
