package dev.afterimage.wal;

import dev.afterimage.spi.storage.DiskFile;

/**
 * A segment open for writing.
 *
 * @param number which piece of the stream it holds
 * @param file its file, headed and named durably
 */
record LogSegment(long number, DiskFile file) {
}
