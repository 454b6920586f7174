/**
 * The conformance kit: what a strategy is tested with, and the only package of it that a plug-in author needs.
 *
 * <p>Extend {@link dev.afterimage.spitests.RecoveryStrategyConformance} and say which strategy. Beneath it, one thing each:
 * <ul>
 *   <li>{@code model}: what a store must hold, kept in maps, and which states are legal after a crash
 *   <li>{@code play}: scenarios, and the stage on which store and model play them side by side
 *   <li>{@code check}: the oracle, the sweep over crash states, and the rules that need faults of their own
 *   <li>{@code watch}: monitors that watch the disk while a scenario plays, and name the call that breaks the protocol; what they watch is in {@code monitor}
 *   <li>{@code disk}: the simulated disk and the enumeration of what a crash may leave
 *   <li>{@code simulation}: clocks and background work in a test's hands
 * </ul>
 * Arrows: {@code check} to {@code play} to {@code model}; {@code play} to {@code watch}; {@code watch} to {@code model}; all of these to {@code disk} and {@code simulation}; {@code disk} knows no store.
 */
@NullMarked
package dev.afterimage.spitests;

import org.jspecify.annotations.NullMarked;
