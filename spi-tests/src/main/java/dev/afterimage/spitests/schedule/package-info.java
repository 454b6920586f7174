/**
 * Several threads, one turn: a strategy runs under a scheduler that decides, from a seed, who goes on at each call of the disk, each lock and each wait; so a run
 * of several threads is the same every time.
 *
 * <p>A strategy needs no change for it. {@link dev.afterimage.spitests.schedule.Twin} loads its classes, and the engine's, a second time, with the JDK's locks and
 * parking in their constant pools replaced by those of this package; from then on exactly one thread runs at any moment, and hands the turn over itself. The
 * scheduler is PCT: Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010.
 */
@NullMarked
package dev.afterimage.spitests.schedule;

import org.jspecify.annotations.NullMarked;
