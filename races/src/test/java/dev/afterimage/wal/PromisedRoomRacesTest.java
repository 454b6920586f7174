package dev.afterimage.wal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.afterimage.races.Interleavings;

/** {@link PromisedRoom} as {@link WriteAheadLog} uses it: a segment that has room for one promise, and no other segment. */
@DisplayName("Room in the log, whatever the order of those who ask for the last of it,")
public class PromisedRoomRacesTest {
    private static final int BEGIN = 4096;
    private static final int SEGMENT = 8192;
    private static final int PROMISED_BODY = 1_500;
    private static final int PROMISE = PromisedRoom.of(PROMISED_BODY);

    private final LogRing ring = new LogRing(64 << 10, 1 << 11, 5, BEGIN, SEGMENT);
    private final PromisedRoom room = new PromisedRoom(SEGMENT);
    private final AtomicInteger held = new AtomicInteger();

    private record Zeros(int bodyBytes) implements LogRecord {
        @Override
        public int type() {
            return 1;
        }

        @Override
        public long transactionId() {
            return 1;
        }

        @Override
        public void writeBody(ByteBuffer target) {
            target.position(target.limit());
        }
    }

    @Test
    @DisplayName("is promised to one of them at most, and is there when the promise is kept")
    void few() {
        Interleavings.few(getClass(), 40);
    }

    @Test
    @Tag("campaign")
    @DisplayName("is so in very many orders")
    void many() {
        Interleavings.many(getClass());
    }

    /** Appends a record with a promise, or is refused. */
    @Operation
    public void promise() {
        room.promise(PROMISE);
        if (ring.append(new Zeros(8), 1, 8, this::leavesPromises) < 0) {
            room.settle(PROMISE);
        } else {
            held.incrementAndGet();
        }
    }

    /** Appends one without a promise, as large as the promised ones. */
    @Operation
    public void appendOther() {
        ring.append(new Zeros(PROMISED_BODY), 1, PROMISED_BODY, this::leavesPromises);
    }

    /** Appends a record that has been promised room, if one has. */
    @Operation
    public void keep() {
        int promises = held.get();
        if (promises > 0 && held.compareAndSet(promises, promises - 1)) {
            if (ring.append(new Zeros(PROMISED_BODY), 1, PROMISED_BODY, rest -> true) < 0) {
                throw new IllegalStateException("a promise was broken");
            }
            room.settle(PROMISE);
        }
    }

    /** What is promised fits what is left. */
    @Validate
    public void promisesFit() {
        if (!room.fits(0, SEGMENT - ring.end(), 0)) {
            throw new IllegalStateException(held + " promises, and " + (SEGMENT - ring.end()) + " bytes left");
        }
    }

    private boolean leavesPromises(long rest) {
        return room.fits(0, rest - RecordFormat.WATERMARK_BYTES, 0);
    }
}
