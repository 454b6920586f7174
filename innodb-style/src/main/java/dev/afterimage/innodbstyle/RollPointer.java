package dev.afterimage.innodbstyle;

/**
 * Where an undo record lies, in eight bytes: the number of its page in the undo tablespace, shifted by 16 bits, and its offset in that page. Zero is no record: page 0 holds none.
 *
 * <p>InnoDB's DB_ROLL_PTR has a bit for inserts and seven for the rollback segment besides; the page number says it all here.
 */
final class RollPointer {
    /** The version before was never changed by anybody. */
    static final long NONE = 0;

    private RollPointer() {
    }

    /** The pointer to the record at that place. */
    static long of(long page, int offset) {
        assert page > 0 && page < 1L << 47 && offset > 0 && offset < 1 << 16 : page + ":" + offset;
        return page << 16 | offset;
    }

    /** The record's page. */
    static long page(long pointer) {
        return pointer >>> 16;
    }

    /** Its offset in that page. */
    static int offset(long pointer) {
        return (int) pointer & 0xFFFF;
    }

    /** For people to read. */
    static String describe(long pointer) {
        return pointer == NONE ? "none" : page(pointer) + ":" + offset(pointer);
    }
}
