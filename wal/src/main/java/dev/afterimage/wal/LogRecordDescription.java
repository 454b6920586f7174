package dev.afterimage.wal;

import java.util.OptionalLong;

/**
 * What a record means.
 *
 * @param type the kind of record, in a word or two
 * @param page the page it is about, if it is about one
 * @param text what it says, in one line
 */
public record LogRecordDescription(String type, OptionalLong page, String text) {
    /** Of a record about no page in particular. */
    public static LogRecordDescription of(String type, String text) {
        return new LogRecordDescription(type, OptionalLong.empty(), text);
    }

    /** Of a record about a page. */
    public static LogRecordDescription ofPage(String type, long page, String text) {
        return new LogRecordDescription(type, OptionalLong.of(page), text);
    }

    /** Of a record that this version does not know. */
    public static LogRecordDescription unknown(int type) {
        return of("type " + type, "unknown to this version");
    }
}
