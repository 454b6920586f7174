package dev.afterimage.innodbstyle;

import dev.afterimage.api.Durability;

/**
 * What a commit waits for: {@code innodb_flush_log_at_trx_commit}, 1, 2 or 0, in the words of {@link Durability}.
 *
 * <table>
 *   <caption>The values</caption>
 *   <tr><th>value</th><th>level</th><th>when {@code await} returns</th></tr>
 *   <tr><td>1</td><td>{@link Durability#POWER_SAFE}</td><td>the log is synced up to the commit</td></tr>
 *   <tr><td>2</td><td>{@link Durability#PROCESS_SAFE}</td><td>it is handed to the operating system</td></tr>
 *   <tr><td>0</td><td>{@link Durability#RELAXED}</td><td>at once; the log is synced within the relaxed window</td></tr>
 * </table>
 *
 * <p>In InnoDB the server's setting is all there is. Here each commit comes with a level, its transaction's or the store's, and the option says the <em>least</em> that any commit waits for: it can make a level
 * stricter, never weaker, for whoever asked for a level was promised it. Its default is 0, so that the levels alone decide: a store of durability POWER_SAFE behaves as with 1, PROCESS_SAFE as with 2, RELAXED as with 0.
 *
 * @param atLeast the least
 */
record FlushAtCommit(Durability atLeast) {
    /** Reads the option's value. */
    static FlushAtCommit of(int value) {
        return new FlushAtCommit(switch (value) {
            case 1 -> Durability.POWER_SAFE;
            case 2 -> Durability.PROCESS_SAFE;
            default -> Durability.RELAXED;
        });
    }

    /** Returns when a commit of that level may be reported. */
    void await(RedoLog log, long lsn, Durability level) {
        if (level == Durability.POWER_SAFE || atLeast == Durability.POWER_SAFE) {
            log.force(lsn);
        } else if (level == Durability.PROCESS_SAFE || atLeast == Durability.PROCESS_SAFE) {
            log.write(lsn);
        }
    }
}
