/**
 * Sweeps over crash states, the oracle that judges them, and the rules that need faults of their own.
 *
 * <p>What the oracle asks of a recovered store, and where each question is asked:
 * <ol>
 *   <li><em>What was promised is there, what is in doubt is there whole or not at all, and nothing else is.</em> {@link dev.afterimage.spitests.model.History#legalAt} says which states are legal: those after k commits, from the
 *       last that had to survive to the last that had been called. {@link dev.afterimage.spitests.check.Oracle} compares, and Classification names the rule: D1 for a promise broken, A1 for a trace of what was rolled back or never
 *       committed, A3 for half a commit. There are no prepared transactions.
 *   <li><em>Dependencies.</em> A prefix of the commit order is closed under them. A reader that was answered counts as having passed on what it saw: {@code Actor} enters a promise for it (rule D3). Histories of
 *       several threads are judged in a package of their own.
 *   <li><em>Asynchronous commits are a prefix, and bounded.</em> Only prefixes are legal (rule D2). What is older than the window, or came before a power-safe commit that was answered, before a close, or before a reopening
 *       that showed it, is promised ({@code Stage.background}, {@code closeStore}, {@code reopenAfterFailure}; the clock stands still until a scenario moves it on). A checkpoint promises nothing in the contract, and is asked for nothing.
 *   <li><em>Everything that can be read agrees, and nothing else exists.</em> {@code Scan} reads every page that anybody was ever given, and numbers beyond; each byte of a page is compared. Names and bytes on the disk
 *       are bounded over a hundred crash cycles and over restarts that are cut short ({@link dev.afterimage.spitests.check.CrashCycles}, {@link dev.afterimage.spitests.check.InterruptedRestarts}).
 *   <li><em>Space.</em> The map of the space is the engine's and not visible, so it is asked by use: no page that is given out is in use ({@code ModelTransaction.allocated}, in the sequel to every crash state), and page numbers
 *       given out over a hundred crash cycles are bounded, so that what a crash left allocated and unreachable comes back ({@link dev.afterimage.spitests.check.CrashCycles}).
 *   <li><em>Life goes on.</em> A recovered store takes new work, and a second crash, right after recovery or after that work, leaves what was seen ({@link dev.afterimage.spitests.check.Oracle.Sequel}).
 *   <li><em>Recovery to a point in time</em> is nothing that a store offers.
 * </ol>
 * Damage: {@link dev.afterimage.spitests.check.Rot} and {@link dev.afterimage.spitests.check.MixedUp} damage what was synced, which is then refused, repaired, or without effect; damage among what was not synced is a
 * torn tail and part of every sweep. What the very last commit wrote cannot be told from that without a second witness: {@link dev.afterimage.spitests.check.TailRot} measures whether a strategy has one.
 *
 * <p>What is watched while a scenario plays, not after a crash: {@link dev.afterimage.spitests.watch.ProtocolWatch}, played by WatchedRun.
 */
@NullMarked
package dev.afterimage.spitests.check;

import org.jspecify.annotations.NullMarked;
