package dev.afterimage.innodbstyle;

import org.jspecify.annotations.Nullable;

/** What a redo record says. The codes are InnoDB's where it has such a record; {@link #FILL} and {@link #FREE_PAGE} follow MariaDB's, which gives them no code of that kind. */
enum RedoRecordType {
    /** Two bytes at an offset of a page. */
    WRITE_SHORT(2, "MLOG_2BYTES"),
    /** Four bytes. */
    WRITE_INT(4, "MLOG_4BYTES"),
    /** Eight bytes. */
    WRITE_LONG(8, "MLOG_8BYTES"),
    /** Any number of bytes. */
    WRITE_BYTES(30, "MLOG_WRITE_STRING"),
    /** Ends a group of more than one record. */
    GROUP_END(31, "MLOG_MULTI_REC_END"),
    /** The page begins as zeros, whatever is at home. */
    INIT_PAGE(59, "MLOG_INIT_FILE_PAGE2"),
    /** One byte value, any number of times. */
    FILL(100, "MLOG_MEMSET"),
    /** The page no longer exists. */
    FREE_PAGE(101, "FREE_PAGE");

    /** Set in the code of a record that is a group by itself (InnoDB's {@code MLOG_SINGLE_REC_FLAG}). */
    static final int SINGLE_RECORD = 0x80;

    private static final @Nullable RedoRecordType[] BY_CODE = new @Nullable RedoRecordType[SINGLE_RECORD];

    static {
        for (RedoRecordType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final String innodbName;

    RedoRecordType(int code, String innodbName) {
        this.code = code;
        this.innodbName = innodbName;
    }

    /** What stands in the log, without the flag. */
    int code() {
        return code;
    }

    /** What people who know InnoDB call it. */
    String innodbName() {
        return innodbName;
    }

    /** The type of that code, or null if there is none. */
    static @Nullable RedoRecordType of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
