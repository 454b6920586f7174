package dev.afterimage.wal;

/**
 * Counters of a log since it was begun.
 *
 * @param bytesAppended bytes of records appended, with the log's own records and padding
 * @param bytesWritten bytes handed to the disk: records and segment headers, but not the zeros of new segments
 * @param syncs syncs of segments and of names
 * @param segmentsCreated segment files made
 * @param segmentsRecycled segment files that {@link WriteAheadLog#recycleBefore} freed, kept as spares or deleted
 */
public record LogStatistics(long bytesAppended, long bytesWritten, long syncs, long segmentsCreated, long segmentsRecycled) {
}
