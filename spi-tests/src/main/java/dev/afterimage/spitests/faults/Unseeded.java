package dev.afterimage.spitests.faults;

/**
 * A fault of the catalogue that cannot be put into this strategy, and why.
 *
 * @param id its letter and number in the fault model's catalogue
 * @param reason what in the design leaves no place for it
 */
public record Unseeded(String id, String reason) {
}
