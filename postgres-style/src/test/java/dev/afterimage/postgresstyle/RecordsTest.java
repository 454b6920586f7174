package dev.afterimage.postgresstyle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.PageHeader;
import dev.afterimage.memory.OffHeapBytes;
import dev.afterimage.memory.PageMemory;
import dev.afterimage.wal.LogRecord;
import dev.afterimage.wal.LogRecordDescription;

@DisplayName("The log records")
class RecordsTest {
    private final PageMemory memory = PageMemory.allocate(4096, 2);
    private final OffHeapBytes page = memory.page(0);
    private final OffHeapBytes other = memory.page(1);
    private final RecordDescriptions descriptions = new RecordDescriptions();

    @AfterEach
    void letGo() {
        memory.close();
    }

    private static ByteBuffer write(LogRecord record) {
        ByteBuffer body = ByteBuffer.allocate(record.bodyBytes()).order(ByteOrder.LITTLE_ENDIAN);
        record.writeBody(body);
        assertEquals(0, body.remaining(), "as long as it said");
        return body.flip();
    }

    private static OffHeapBytes usable(OffHeapBytes page) {
        return page.window(PageHeader.BYTES, page.length() - PageHeader.BYTES);
    }

    @Test
    @DisplayName("of changed ranges carry just those bytes")
    void ranges() {
        OffHeapBytes source = usable(page);
        source.fill(0, source.length(), (byte) 7);
        ChangedRanges ranges = new ChangedRanges();
        ranges.add(10, 3);
        ranges.add(source.length() - 5, 5);
        ByteBuffer body = write(new RangesRecord().of(9, 77, 1234, ranges, source));
        assertEquals(77, RangesRecord.pageId(body));
        assertEquals(1234, RangesRecord.basisLsn(body));
        assertEquals(LogRecordDescription.ofPage("ranges", 77, "bytes 10..12, 4067..4071 on its version of LSN 1234"), descriptions.describe(RecordTypes.RANGES, 9, body));
        OffHeapBytes target = usable(other);
        RangesRecord.apply(body, other);
        assertEquals(0, body.position(), "and can be read again");
        for (int i = 0; i < target.length(); i++) {
            boolean inside = i >= 10 && i < 13 || i >= target.length() - 5;
            assertEquals(inside ? 7 : 0, target.getByte(i), "byte " + i);
        }
    }

    @Test
    @DisplayName("of changed ranges that reach beyond the page, or beyond themselves, are damage")
    void nonsense() {
        ChangedRanges ranges = new ChangedRanges();
        ranges.add(4000, 72);
        ByteBuffer body = write(new RangesRecord().of(9, 77, 1234, ranges, usable(page)));
        assertThrows(StoreDamagedException.class, () -> RangesRecord.apply(body, page.window(0, 4024)));
        assertThrows(StoreDamagedException.class, () -> RangesRecord.apply(body.slice(0, body.limit() - 1), page));
        assertThrows(StoreDamagedException.class, () -> RangesRecord.apply(body.duplicate().order(ByteOrder.LITTLE_ENDIAN).putShort(16, (short) 500), page));
    }

    @Test
    @DisplayName("of an image bring back the page, header and all, and leave out its zeros")
    void image() {
        PageHeader.setPageLsn(page, 5);
        PageHeader.setExists(page, true);
        usable(page).putLong(3000, 42);
        ByteBuffer body = write(new ImageRecord().of(9, 77, page));
        other.fill(0, other.length(), (byte) 1);
        ImageRecord.apply(body, other);
        for (int i = 0; i < page.length(); i += 8) {
            assertEquals(page.getLong(i), other.getLong(i), "at " + i);
        }
        assertEquals(77, ImageRecord.pageId(body));
        assertEquals(LogRecordDescription.ofPage("image", 77, "all of it, in " + (body.remaining() - 8) + " bytes"), descriptions.describe(RecordTypes.IMAGE, 9, body));
    }

    @Test
    @DisplayName("of commits, checkpoints and pages that are gone describe themselves")
    void others() {
        assertEquals(LogRecordDescription.of("commit", "4 records from LSN 100"), descriptions.describe(RecordTypes.COMMIT, 9, write(new CommitRecord().of(9, 100, 4))));
        assertEquals(LogRecordDescription.ofPage("gone", 3, "ceases to exist"), descriptions.describe(RecordTypes.GONE, 9, write(new GoneRecord().of(9, 3))));
        assertEquals(LogRecordDescription.of("checkpoint", "number 2, redo from LSN 500, highest transaction 11"), descriptions.describe(RecordTypes.CHECKPOINT, 0, write(new CheckpointRecord(500, 11, 2))));
        assertEquals(LogRecordDescription.unknown(99), descriptions.describe(99, 1, ByteBuffer.allocate(0)));
    }
}
