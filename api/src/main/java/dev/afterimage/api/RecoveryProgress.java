package dev.afterimage.api;

/**
 * How far a running recovery has come.
 *
 * @param phase the phase's name
 * @param done units done
 * @param total units in all as far as known, at least {@code done}
 */
public record RecoveryProgress(String phase, long done, long total) {
}
