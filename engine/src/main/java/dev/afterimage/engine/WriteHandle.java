package dev.afterimage.engine;

import java.nio.ByteBuffer;

import dev.afterimage.api.WritablePage;
import org.jspecify.annotations.Nullable;

/** A page open for reading and writing: notes each change just before it is made. */
final class WriteHandle extends ReadHandle implements WritablePage {
    /** Set exactly while open. */
    @Nullable ChangeCapture capture;

    WriteHandle(OpenTransaction transaction, int size) {
        super(transaction, size);
    }

    private void note(int offset, int length) {
        ChangeCapture notes = capture;
        assert notes != null;
        notes.note(offset, length);
    }

    @Override
    public void putByte(int offset, byte value) {
        var page = usable(offset, Byte.BYTES);
        note(offset, Byte.BYTES);
        page.putByte(offset, value);
    }

    @Override
    public void putShort(int offset, short value) {
        var page = usable(offset, Short.BYTES);
        note(offset, Short.BYTES);
        page.putShort(offset, value);
    }

    @Override
    public void putInt(int offset, int value) {
        var page = usable(offset, Integer.BYTES);
        note(offset, Integer.BYTES);
        page.putInt(offset, value);
    }

    @Override
    public void putLong(int offset, long value) {
        var page = usable(offset, Long.BYTES);
        note(offset, Long.BYTES);
        page.putLong(offset, value);
    }

    @Override
    public void putBytes(int offset, byte[] source, int sourceOffset, int length) {
        var page = usable(offset, length);
        requireInside(source, sourceOffset, length);
        note(offset, length);
        page.put(offset, source, sourceOffset, length);
    }

    @Override
    public void putBytes(int offset, ByteBuffer source) {
        var page = usable(offset, source.remaining());
        note(offset, source.remaining());
        page.put(offset, source);
    }

    @Override
    public void fill(int offset, int length, byte value) {
        var page = usable(offset, length);
        note(offset, length);
        page.fill(offset, length, value);
    }

    @Override
    public void close() {
        super.close();
    }
}
