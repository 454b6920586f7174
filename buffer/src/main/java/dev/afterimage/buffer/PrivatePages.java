package dev.afterimage.buffer;

import org.jspecify.annotations.Nullable;

public final class PrivatePages {
    public PrivatePages(BufferPool pool, PageSpace space, SlotSource slots) {}

    /** Whether this transaction wrote, created or discarded nothing. */
    public boolean isEmpty() { throw new UnsupportedOperationException("soon"); }

    /** Pages with a private version or discarded. */
    public int size() { throw new UnsupportedOperationException("soon"); }

    /** Whether there is a private version or the page was discarded here. */
    public boolean contains(long pageId) { throw new UnsupportedOperationException("soon"); }

    public boolean isDiscarded(long pageId) { throw new UnsupportedOperationException("soon"); }

    /** Pins the newest version for reading; null if there is none, or the page was discarded. */
    public @Nullable Frame pin(long pageId) { throw new UnsupportedOperationException("soon"); }

    /** Pins the newest version for writing, first copying a version older than the last mark; null if there is none, or the page was discarded: then call add. */
    public @Nullable Frame pinForWrite(long pageId) { throw new UnsupportedOperationException("soon"); }

    /** Makes the first version of a page (or a new one of a discarded page), zeroed and dirty; the caller fills it under the exclusive latch. */
    public Frame add(long pageId) { throw new UnsupportedOperationException("soon"); }

    /** Remembers the page as discarded. */
    public void discard(long pageId) { throw new UnsupportedOperationException("soon"); }

    public long mark() { throw new UnsupportedOperationException("soon"); }

    public void rollbackTo(long mark) { throw new UnsupportedOperationException("soon"); }

    /** The newest version's attachment; a version copied after a mark starts with none. */
    public @Nullable Object attachment(long pageId) { throw new UnsupportedOperationException("soon"); }

    /** The attachment of the version before the newest; null if none. */
    public @Nullable Object olderAttachment(long pageId) { throw new UnsupportedOperationException("soon"); }

    public void attach(long pageId, @Nullable Object attachment) { throw new UnsupportedOperationException("soon"); }

    /** The final versions, discarded pages too, in page order; one cursor at a time, reused. */
    public Cursor inPageOrder() { throw new UnsupportedOperationException("soon"); }

    /** Forgets everything and gives every slot back. Nothing may be pinned. */
    public void clear() { throw new UnsupportedOperationException("soon"); }

    /** Forgets everything, gives back the slots of superseded versions only: the final ones are the caller's now. */
    public void clearKeepingFinal() { throw new UnsupportedOperationException("soon"); }

    /** Walks the final versions. */
    public final class Cursor {
        Cursor() {}

        public boolean next() { throw new UnsupportedOperationException("soon"); }

        public long pageId() { throw new UnsupportedOperationException("soon"); }

        public boolean isDiscarded() { throw new UnsupportedOperationException("soon"); }

        /** Slot of the final version; -1 if discarded. */
        public long slot() { throw new UnsupportedOperationException("soon"); }

        /** Pins the final version; not for discarded pages. */
        public Frame pin() { throw new UnsupportedOperationException("soon"); }

        public @Nullable Object attachment() { throw new UnsupportedOperationException("soon"); }
    }
}
