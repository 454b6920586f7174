package dev.afterimage.innodbstyle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

import dev.afterimage.api.StoreDamagedException;
import dev.afterimage.buffer.AlternatingBlock;
import dev.afterimage.spi.storage.Disk;
import dev.afterimage.spi.storage.DiskException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the redo log back from its checkpoint: whole mini-transactions, in order, and nothing else.
 *
 * <pre>{@code
 * try (RedoReader reader = RedoReader.open(disk, storeId)) {
 *     RedoEnd end = reader.findEnd(lsn -> { });
 *     while (reader.next()) {
 *         while (reader.nextRecord()) {
 *             redo(reader.space(), reader.page(), reader.type(), reader.offset(), reader.body(), reader.endLsn());
 *         }
 *     }
 *     log = RedoLog.continueAt(end, ...);
 * }
 * }</pre>
 *
 * <p>First it reads all the way to the end, decides whether that is one, and makes the tail durable; only then a record is handed out. So no page ever gets home with a change that the log could still lose: after the
 * death of a process, or a failed sync, what is read may exist in the operating system's cache alone. Crash and repeat any of it as often as you like.
 *
 * <p>A {@link DiskException} or an {@link OutOfMemoryError} passes through, and is never taken for the end (fault F8). One thread at a time.
 */
final class RedoReader implements AutoCloseable {
    /** What became of the attempt to read one more block. */
    private enum Fetched {
        DATA, EPOCH, END
    }

    private final RedoFiles files;
    private final RedoCheckpoint checkpoint;
    private final RedoBlock format;
    private final RedoWindow window;
    private final RedoRecordCursor records;
    private @Nullable RedoEnd end;

    private final List<RedoEpoch> epochs = new ArrayList<>();
    private long epoch;
    private long nextBlock;
    private boolean lastWasPartial;
    private boolean sawBlock;
    private long groupLsn; // where the first group begins that was not handed out: all before is whole
    private long startLsn;
    private long endLsn;
    private long provenSynced;

    private RedoReader(RedoFiles files, RedoCheckpoint checkpoint, long storeId) {
        this.files = files;
        this.checkpoint = checkpoint;
        format = new RedoBlock(storeId);
        window = new RedoWindow(files);
        records = new RedoRecordCursor(checkpoint.capacityBytes());
        rewind();
    }

    /**
     * Finds the newest checkpoint; nothing else is read yet.
     *
     * @throws StoreDamagedException if there is none, or files of the log are missing or of another size
     */
    static RedoReader open(Disk disk, long storeId) {
        RedoFiles files = RedoFiles.open(disk);
        try {
            RedoCheckpoint checkpoint = RedoCheckpoint.decode(AlternatingBlock.open(files.header(), storeId).payload());
            files.capacity(checkpoint.capacityBytes());
            return new RedoReader(files, checkpoint, storeId);
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    /** Opens it for people to look at: nothing will be written, nothing made durable, and nobody may rely on what is seen. */
    static RedoReader peek(Disk disk, long storeId) {
        RedoFiles files = RedoFiles.open(disk);
        try {
            RedoCheckpoint checkpoint = RedoCheckpoint.decode(AlternatingBlock.peek(files.header(), storeId));
            files.capacity(checkpoint.capacityBytes());
            return new RedoReader(files, checkpoint, storeId);
        } catch (Throwable t) {
            files.close();
            throw t;
        }
    }

    /** For people: goes to the next mini-transaction, the end unknown. */
    boolean peekNext() {
        return advance();
    }

    /** For people, once {@link #peekNext} was false: the end, or damage is thrown. */
    RedoEnd peekEnd() {
        return endAt(groupLsn);
    }

    /** Which opening wrote the mini-transaction, counted from 1. */
    int opening() {
        return RedoEpoch.count(epoch);
    }

    /** Where the record lies. */
    long recordLsn() {
        return RedoBlock.after(startLsn, records.recordAt());
    }

    /** Where redo begins, and what the strategy noted there. */
    RedoCheckpoint checkpoint() {
        return checkpoint;
    }

    /**
     * Finds the end, and makes the log durable up to there. To be called first.
     *
     * @param reached told after each mini-transaction how far the search has come, as an LSN
     * @throws StoreDamagedException if bytes that had been synced are no longer what they were; the message says where
     */
    RedoEnd findEnd(LongConsumer reached) {
        end = null;
        rewind();
        while (advance()) {
            reached.accept(endLsn);
        }
        RedoEnd found = endAt(groupLsn);
        settle(Math.max(provenSynced, checkpoint.syncedLsn()), found.lsn());
        end = found;
        rewind();
        return found;
    }

    /** Back to the checkpoint. */
    void rewind() {
        epochs.clear();
        epoch = checkpoint.epoch();
        epochs.add(new RedoEpoch(epoch, 0)); // where it began is not known, and it does not matter: at or before the checkpoint
        nextBlock = RedoBlock.numberOf(checkpoint.lsn());
        lastWasPartial = false;
        sawBlock = false;
        groupLsn = checkpoint.lsn();
        records.clear();
    }

    /** Goes to the next mini-transaction; false at the end. */
    boolean next() {
        RedoEnd known = end;
        if (known == null) {
            throw new IllegalStateException("find the end first: nothing may be redone that the log could still lose");
        }
        if (groupLsn == known.lsn()) {
            return false;
        }
        if (advance()) {
            return true;
        }
        if (groupLsn != known.lsn()) {
            throw new StoreDamagedException("the redo log could be read to LSN " + known.lsn() + ", and now only to " + groupLsn + " (" + files.placeOf(nextBlock) + ")");
        }
        return false;
    }

    private boolean advance() {
        while (true) {
            int length = records.wholeGroup();
            if (length > 0) {
                startLsn = groupLsn;
                endLsn = RedoBlock.after(groupLsn, length);
                groupLsn = endLsn;
                records.enterGroup(length);
                return true;
            }
            if (fetch() == Fetched.END) {
                return false;
            }
        }
    }

    /** Where the mini-transaction begins. */
    long startLsn() {
        return startLsn;
    }

    /** Where it ends: the LSN of the pages it changed. */
    long endLsn() {
        return endLsn;
    }

    /** Goes to the mini-transaction's next record; false behind the last. */
    boolean nextRecord() {
        return records.nextRecord();
    }

    RedoRecordType type() {
        return records.type();
    }

    int space() {
        return records.space();
    }

    long page() {
        return records.page();
    }

    /** Where in the page the record's bytes belong. */
    int offset() {
        return records.offset();
    }

    /** How many bytes of the page it is about. */
    int length() {
        return records.length();
    }

    /** Bytes of the record itself. */
    int recordBytes() {
        return records.recordBytes();
    }

    /** The bytes: as many as {@link #length()}, or the one of a {@link RedoRecordType#FILL}, or none. Little-endian, from position 0; good until the next call of {@link #next()}. */
    ByteBuffer body() {
        return records.body();
    }

    @Override
    public void close() {
        files.close();
    }

    private Fetched fetch() {
        long block = nextBlock;
        if (block - RedoBlock.numberOf(checkpoint.lsn()) >= files.blocks()) {
            return Fetched.END; // once round
        }
        int at = window.at(block);
        ByteBuffer bytes = window.bytes();
        // Number, epoch and store are checked by what the block itself says, and that by its checksum: so neither an older lap (G1), nor a block that was cut off (G2), nor one in a wrong place (G5) is taken.
        if (!format.isIntact(bytes, at) || RedoBlock.number(bytes, at) != block) {
            return Fetched.END;
        }
        if (RedoBlock.beginsEpoch(bytes, at)) {
            return follow(bytes, at, block);
        }
        if (RedoBlock.epoch(bytes, at) != epoch || lastWasPartial) {
            return Fetched.END;
        }
        int from = sawBlock ? RedoBlock.HEADER_BYTES : RedoBlock.offsetOf(groupLsn);
        int to = RedoBlock.dataLength(bytes, at);
        if (!sawBlock) {
            requireGroup(bytes, at, from, to);
        }
        records.append(bytes, at + from, to - from);
        provenSynced = Math.max(provenSynced, RedoBlock.syncedLsn(bytes, at));
        sawBlock = true;
        lastWasPartial = to < RedoBlock.DATA_END;
        nextBlock = block + 1;
        assert RedoBlock.after(groupLsn, records.available()) == (lastWasPartial ? (block << 9) + to : RedoBlock.firstLsn(nextBlock)) : "bytes and LSNs differ";
        return Fetched.DATA;
    }

    /** The block that an opening wrote behind the end it had found. That end is ours, or something is wrong. The half group before it stays dropped (G8). */
    private Fetched follow(ByteBuffer bytes, int at, long block) {
        if (RedoBlock.parentEpoch(bytes, at) != epoch || RedoBlock.parentEnd(bytes, at) != groupLsn || block != RedoBlock.blockAfter(groupLsn)) {
            return Fetched.END; // which will be found to be damage
        }
        provenSynced = Math.max(provenSynced, Math.max(groupLsn, RedoBlock.syncedLsn(bytes, at)));
        epoch = RedoBlock.epoch(bytes, at);
        epochs.add(new RedoEpoch(epoch, block));
        records.clear();
        groupLsn = RedoBlock.firstLsn(block + 1);
        nextBlock = block + 1;
        lastWasPartial = false;
        sawBlock = true;
        return Fetched.EPOCH;
    }

    /** The checkpoint's block must reach the checkpoint, and if it goes further, a group must begin there or before. */
    private void requireGroup(ByteBuffer bytes, int at, int from, int to) {
        int first = RedoBlock.firstGroup(bytes, at);
        if (to < from || to > from && (first == 0 || first > from)) {
            throw new StoreDamagedException(files.placeOf(nextBlock) + ": the checkpoint block says that a mini-transaction begins at LSN " + checkpoint.lsn() + ", but block " + nextBlock + " ends at byte "
                    + to + " and its first one begins at byte " + first + "; the log is damaged, or an older copy than its header");
        }
    }

    /** No whole group follows: the end, or damage. */
    private RedoEnd endAt(long found) {
        RedoTail tail = new RedoTail(files, window, format);
        tail.search(found, epoch, RedoBlock.numberOf(checkpoint.lsn()));
        if (checkpoint.syncedLsn() > found) {
            throw damaged(found, checkpoint.syncedLsn(), "the checkpoint block says so");
        }
        if (tail.provenSynced() > found) {
            throw damaged(found, tail.provenSynced(), tail.witness());
        }
        if (!sawBlock) {
            requireReached(found);
        }
        return new RedoEnd(found, checkpoint, epochs, tail.lastTrace() - found);
    }

    private StoreDamagedException damaged(long found, long synced, String proof) {
        return new StoreDamagedException("the redo log can be read from LSN " + checkpoint.lsn() + " only to " + found + " (" + files.placeOf(nextBlock) + "), but it had been durable up to LSN " + synced + ": " + proof
                + ". Nothing was changed; put the redo files back from a copy");
    }

    /** The checkpoint lies behind a full block, and the log ends there. Then that block must be there: an older copy of the log would look the same. */
    private void requireReached(long found) {
        long before = RedoBlock.numberOf(found) - 1;
        int at = window.at(before);
        ByteBuffer bytes = window.bytes();
        boolean reaches = RedoBlock.offsetOf(found) == RedoBlock.HEADER_BYTES && format.isIntact(bytes, at) && RedoBlock.number(bytes, at) == before && RedoBlock.epoch(bytes, at) == epoch
                && RedoBlock.dataLength(bytes, at) == RedoBlock.DATA_END;
        if (!reaches) {
            throw damaged(found, found, "the checkpoint lies there, and the block that leads up to it is not there");
        }
    }

    /** Writes the blocks that may not be durable again, as they are, and syncs them. Without the writing, a sync that follows a failed one may succeed without doing anything. A crash meanwhile leaves the same bytes. */
    private void settle(long durable, long found) {
        if (durable < found) {
            window.rewrite(RedoBlock.numberOf(durable), RedoBlock.blockAfter(found) - 1);
            files.sync();
        }
    }
}
