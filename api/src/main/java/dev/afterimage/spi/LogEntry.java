package dev.afterimage.spi;

import java.util.OptionalLong;

/**
 * One record of a strategy's log, for people.
 *
 * @param timeline which opening of the store wrote it, counted by the log
 * @param lsn its place in the log
 * @param bytes of its body
 * @param transactionId the transaction it belongs to; 0 for none
 * @param type the kind of record, in the strategy's words
 * @param page the page it is about, if it is about one
 * @param description what it says, in one line
 */
public record LogEntry(int timeline, long lsn, int bytes, long transactionId, String type, OptionalLong page, String description) {
}
