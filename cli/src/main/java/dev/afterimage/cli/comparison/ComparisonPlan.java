package dev.afterimage.cli.comparison;

import java.nio.file.Path;

import dev.afterimage.api.Durability;

/**
 * What to compare strategies on.
 *
 * @param orders the payment orders
 * @param transfers how many transfers the measured run makes
 * @param threads how many threads make them
 * @param durability the level each transfer waits for
 * @param kills how often a child process is killed
 * @param crashStates how many distinct crash states are tried
 * @param seed where all chance comes from
 * @param folder where stores are made
 */
public record ComparisonPlan(PaymentOrders orders, int transfers, int threads, Durability durability, int kills, int crashStates, long seed,
        Path folder) {
}
