package dev.afterimage.postgresstyle;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.HomeReservation;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.wal.WriteAheadLog;

/**
 * What transactions work with, once recovery is done.
 *
 * @param homeSpace the home pages, as the pool sees them
 * @param reservation room for home pages
 * @param pool the cache
 * @param log the log
 * @param commits how commits are done
 * @param writeSets memory for transactions
 */
record OpenStore(HomeSpace homeSpace, HomeReservation reservation, BufferPool pool, WriteAheadLog log, CommitProcess commits, WriteSets writeSets) {
}
