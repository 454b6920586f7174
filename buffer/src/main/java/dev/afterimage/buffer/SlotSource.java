package dev.afterimage.buffer;

/** Gives out slots of a {@link PageSpace} and takes them back. Used by one thread at a time per caller, but shared by many callers: safe for many threads. */
public interface SlotSource {
    /**
     * A slot that nobody uses.
     *
     * @throws dev.afterimage.spi.storage.DiskFullException if there is no room for one
     */
    long take();

    /** Takes a slot back; never fails. */
    void give(long slot);

    /**
     * Takes a slot back whose page may stay in the cache, because it will be given to the same caller again and to nobody else before that page has been discarded.
     *
     * @return false if not: then the page is to be discarded and the slot to be {@linkplain #give given} back
     */
    default boolean keep(long slot) {
        return false;
    }
}
