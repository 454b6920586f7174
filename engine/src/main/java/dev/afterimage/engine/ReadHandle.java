package dev.afterimage.engine;

import java.nio.ByteBuffer;

import dev.afterimage.api.ReadablePage;
import dev.afterimage.api.TransactionThreadException;
import dev.afterimage.spi.PageAccess;
import dev.afterimage.spi.PageBytes;
import org.jspecify.annotations.Nullable;

/** A page open for reading; reused once it is closed, by its transaction and by those after it. */
class ReadHandle implements ReadablePage {
    final OpenTransaction transaction;
    private final int size;
    // Of the transaction it was last opened by.
    private long transactionId;
    private Thread owner;
    long pageId;
    @Nullable PageAccess access;
    /** Null exactly while closed. */
    @Nullable PageBytes bytes;
    /** What the transaction holds on this page; null in a snapshot too. */
    @Nullable LockRequest lock;
    /** Place among the transaction's open handles. */
    int place;

    ReadHandle(OpenTransaction transaction, int size) {
        this.transaction = transaction;
        owner = transaction.owner();
        this.size = size;
    }

    void open(long page, PageAccess ofPage, @Nullable LockRequest held) {
        assert bytes == null && ofPage.pageId() == page;
        pageId = page;
        lock = held;
        owner = transaction.owner();
        transactionId = transaction.id();
        replace(ofPage);
    }

    /** Looks at other bytes from now on: the page has got a private copy. */
    void replace(PageAccess ofPage) {
        access = ofPage;
        bytes = ofPage.bytes();
        assert bytes.length() == size : bytes.length();
    }

    void forget() {
        access = null;
        bytes = null;
        lock = null;
    }

    boolean isOpen() {
        return bytes != null;
    }

    /** The bytes, if this handle is open and on its own thread. */
    final PageBytes usable() {
        PageBytes page = bytes;
        if (page == null || Thread.currentThread() != owner) {
            throw misuse();
        }
        return page;
    }

    /** The bytes, if {@code length} of them from {@code offset} on lie within the page. */
    final PageBytes usable(int offset, int length) {
        PageBytes page = usable();
        if ((offset | length) < 0 || length > size - offset) {
            throw new IndexOutOfBoundsException("page " + pageId + ": bytes " + offset + " to " + ((long) offset + length)
                    + " (exclusive) lie outside its " + size + " bytes");
        }
        return page;
    }

    final void requireInside(byte[] array, int arrayOffset, int length) {
        if (arrayOffset < 0 || length > array.length - arrayOffset) {
            throw new IndexOutOfBoundsException("page " + pageId + ": the array given has no bytes " + arrayOffset + " to "
                    + ((long) arrayOffset + length) + " (exclusive), only " + array.length);
        }
    }

    private RuntimeException misuse() {
        if (Thread.currentThread() != owner) {
            return wrongThread();
        }
        return new IllegalStateException("page " + pageId + " is closed" + transaction.whyPagesAreClosed(transactionId));
    }

    private TransactionThreadException wrongThread() {
        return OpenTransaction.wrongThread("page " + pageId, owner);
    }

    @Override
    public long id() {
        return pageId;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public byte getByte(int offset) {
        return usable(offset, Byte.BYTES).getByte(offset);
    }

    @Override
    public short getShort(int offset) {
        return usable(offset, Short.BYTES).getShort(offset);
    }

    @Override
    public int getInt(int offset) {
        return usable(offset, Integer.BYTES).getInt(offset);
    }

    @Override
    public long getLong(int offset) {
        return usable(offset, Long.BYTES).getLong(offset);
    }

    @Override
    public void getBytes(int offset, byte[] target, int targetOffset, int length) {
        PageBytes page = usable(offset, length);
        requireInside(target, targetOffset, length);
        page.get(offset, target, targetOffset, length);
    }

    @Override
    public void getBytes(int offset, ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("page " + pageId + ": expected a buffer that can be written, found a read-only one");
        }
        usable(offset, target.remaining()).get(offset, target);
    }

    @Override
    public void close() {
        if (bytes == null) {
            return;
        }
        if (Thread.currentThread() != owner) {
            throw wrongThread();
        }
        transaction.closed(this);
    }

    @Override
    public String toString() {
        return "page " + pageId + (bytes == null ? " (closed)" : "") + " of transaction " + transactionId;
    }
}
