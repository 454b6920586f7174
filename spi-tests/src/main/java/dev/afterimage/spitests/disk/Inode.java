package dev.afterimage.spitests.disk;

import java.util.BitSet;

/** A file beneath its names and handles. Everything but {@link #content()} is guarded by the disk's gate. */
final class Inode {
    private final int number;
    /** The cached view: what reads show. Readers need no lock, for the content is immutable. */
    private volatile FileContent content;
    /** Sectors for which room was taken: writing them again cannot find the disk full. */
    private final BitSet allocated = new BitSet();
    private int handles;
    private boolean named = true;

    Inode(int number, FileContent content) {
        this.number = number;
        this.content = content;
        allocated.set(0, sectors(content.size()));
    }

    static int sectors(long bytes) {
        return Math.toIntExact((bytes + Sector.BYTES - 1) / Sector.BYTES);
    }

    int number() {
        return number;
    }

    FileContent content() {
        return content;
    }

    void content(FileContent changed) {
        content = changed;
    }

    BitSet allocated() {
        return allocated;
    }

    void opened() {
        handles++;
    }

    void closed() {
        handles--;
    }

    void named(boolean is) {
        named = is;
    }

    /** Whether neither a name nor a handle leads here any more, so that its room is free again. */
    boolean isGone() {
        return !named && handles == 0;
    }
}
