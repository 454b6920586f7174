package dev.afterimage.aries;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.FailureLatch;
import dev.afterimage.buffer.HomeReservation;
import dev.afterimage.buffer.HomeSpace;
import dev.afterimage.buffer.RedoPoint;
import dev.afterimage.wal.WriteAheadLog;

/**
 * What transactions work with, once restart is done.
 *
 * @param homeSpace the home pages, as the pool sees them
 * @param reservation room for home pages
 * @param pool the cache
 * @param log the log
 * @param redoPoint where redo begins, and the epochs of changes
 * @param transactions the transaction table
 * @param tornPages what guards against torn pages
 * @param failure remembers the first failure
 */
record OpenStore(HomeSpace homeSpace, HomeReservation reservation, BufferPool pool, WriteAheadLog log, RedoPoint redoPoint, ActiveTransactions transactions, TornPages tornPages,
        FailureLatch failure) {
}
