package dev.afterimage.postgresstyle;

import dev.afterimage.buffer.BufferPool;
import dev.afterimage.buffer.HomePages;
import dev.afterimage.wal.WriteAheadLog;

/**
 * What transactions work with, once recovery is done.
 *
 * @param homes the home pages' file
 * @param homeSpace the same, as the pool sees it
 * @param pool the cache
 * @param log the log
 * @param commits how commits are done
 * @param writeSets memory for transactions
 */
record OpenStore(HomePages homes, HomeSpace homeSpace, BufferPool pool, WriteAheadLog log, CommitProcess commits, WriteSets writeSets) {
}
