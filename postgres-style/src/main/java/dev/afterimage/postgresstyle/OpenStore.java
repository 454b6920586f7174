package dev.afterimage.postgresstyle;

import dev.afterimage.api.Durability;
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
 * @param snapshots what snapshots work with
 */
record OpenStore(HomeSpace homeSpace, HomeReservation reservation, BufferPool pool, WriteAheadLog log, CommitProcess commits, WriteSets writeSets, Snapshots snapshots) {
    /**
     * Returns when a commit is as durable as a level asks for, and all before it.
     *
     * @param commitLsn its record, or 0: nothing was committed since the store was opened, and recovery made the rest durable
     */
    void await(long commitLsn, Durability level) {
        if (commitLsn == 0) {
            return;
        }
        switch (level) {
            case POWER_SAFE -> log.force(commitLsn);
            case PROCESS_SAFE -> log.write(commitLsn);
            case RELAXED -> {
                // The log's own background work keeps the window.
            }
        }
    }
}
