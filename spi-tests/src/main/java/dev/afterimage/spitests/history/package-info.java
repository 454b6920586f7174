/**
 * Histories of several threads: transactions that append elements, no two alike, to lists, and read them; and what such a history must not show.
 *
 * <p>From the lists alone follows who wrote after whom, who read from whom, and who read what another overwrote; a circle of these is an anomaly by the definitions of Adya,
 * Liskov and O'Neil (ICDE 2000), and what a crash left is one more transaction, which reads everything. The method is that of Elle (Kingsbury and Alvaro, VLDB 2020).
 */
@NullMarked
package dev.afterimage.spitests.history;

import org.jspecify.annotations.NullMarked;
