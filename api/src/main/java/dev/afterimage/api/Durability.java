package dev.afterimage.api;

/**
 * What may be lost of a commit that has been reported as done; named by what survives.
 *
 * <p>At every level commits survive as a prefix of their order (rule D2): a later commit is never there without an earlier one.
 *
 * <table>
 *   <caption>The same levels elsewhere</caption>
 *   <tr><th>here</th><th>PostgreSQL {@code synchronous_commit}</th><th>MySQL {@code innodb_flush_log_at_trx_commit}</th></tr>
 *   <tr><td>{@link #POWER_SAFE}</td><td>{@code on}</td><td>{@code 1}</td></tr>
 *   <tr><td>{@link #PROCESS_SAFE}</td><td>none</td><td>{@code 2}</td></tr>
 *   <tr><td>{@link #RELAXED}</td><td>{@code off}</td><td>{@code 0}</td></tr>
 * </table>
 */
public enum Durability {
    /** Survives the loss of power: synced before {@code commit} returns. */
    POWER_SAFE,
    /** Survives the death of the process: handed to the operating system before {@code commit} returns, synced within the relaxed window. */
    PROCESS_SAFE,
    /** May be lost by either, but only within the store's relaxed window: written and synced in the background. */
    RELAXED
}
