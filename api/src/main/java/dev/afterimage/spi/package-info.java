/**
 * What you implement: a recovery strategy, found by {@link java.util.ServiceLoader}; and the numbered rules that it must keep.
 *
 * <p>The one idea that makes all strategies fit one interface: the engine asks for a page to write, and <em>the strategy chooses which bytes it
 * gets</em> (the shared frame, a private copy, a fresh slot). In return <em>the engine promises that no other transaction reads or writes that page until this
 * one has fixed its commit order or rolled back</em>, so byte-range undo is always right.
 *
 * <h2>The rules</h2>
 * Each conformance test carries the number of its rule.
 * <dl>
 *   <dt>A1</dt><dd>An unfinished or rolled-back transaction leaves no trace.</dd>
 *   <dt>A2</dt><dd>Recovery is idempotent and can be restarted at any input or output, nested any number of times.</dd>
 *   <dt>A3</dt><dd>The recovered state is the effect of some legal set of commits, closed under dependency.</dd>
 *   <dt>A11</dt><dd>Where unfinished work is rolled back after opening ({@link dev.afterimage.spi.OptionalTrait#ROLLBACK_AFTER_OPENING}), its pages stay locked until that is done: nobody
 *       reads or overwrites them before, other pages take new work at once, and a crash or a close meanwhile is fine. (Numbered after the mistake it rules out.)</dd>
 *   <dt>D1</dt><dd>An awaited {@code POWER_SAFE} commit survives power loss.</dd>
 *   <dt>D2</dt><dd>Durability is prefix-closed in commit order.</dd>
 *   <dt>D3</dt><dd>A transaction (a read-only one too) that saw a commit not yet durable does not report success, at a level that promises
 *       durability, before that commit is durable.</dd>
 *   <dt>W1</dt><dd>Nothing durable is overwritten before what recovery needs to undo or redo it is durable.</dd>
 *   <dt>W2</dt><dd>Log before data, by page LSN.</dd>
 *   <dt>T1</dt><dd>A torn or rotten page is repaired or reported, never returned.</dd>
 *   <dt>T2</dt><dd>A torn log tail is normal; damage inside synced bytes is refused with a typed error; an I/O error or a lack of memory is never
 *       taken for the end of the log.</dd>
 *   <dt>F1</dt><dd>After a failed sync the store is failed: the outcome is UNKNOWN, every later call says so, reopening recovers.</dd>
 *   <dt>F2</dt><dd>A full disk fails the transaction, keeps reads working, and reopening always works.</dd>
 *   <dt>F3</dt><dd>{@code Thread.interrupt()} never harms the store.</dd>
 *   <dt>F4</dt><dd>Two openers: the second gets a clear error; a killed opener's lock never blocks.</dd>
 *   <dt>S1</dt><dd>Savepoints nest; rolling back to one keeps what came before it.</dd>
 *   <dt>R1</dt><dd>Recovery reports what it did and its progress.</dd>
 *   <dt>L1</dt><dd>A transaction far larger than the cache works.</dd>
 *   <dt>L2</dt><dd>Space is bounded over any number of crash cycles.</dd>
 *   <dt>V1</dt><dd>A snapshot ({@link dev.afterimage.spi.OptionalTrait#SNAPSHOT_READS}) sees one moment: all commits ordered before it, whole, and nothing that comes later, however
 *       long it is open and whatever happens to the pages meanwhile.</dd>
 *   <dt>V2</dt><dd>A snapshot never waits for a transaction, and no transaction ever waits for a snapshot.</dd>
 *   <dt>V3</dt><dd>What is kept for snapshots is given back when they end, and nothing of it survives a crash.</dd>
 *   <dt>N1</dt><dd>No clock, thread or random source but the context's.</dd>
 *   <dt>P1</dt><dd>An absent trait is refused by a named exception; a declared one is observed.</dd>
 * </dl>
 *
 * <h2>Errors</h2>
 * A strategy lets {@link dev.afterimage.spi.storage.DiskException}s of calls that it can still roll back pass through to the engine; it throws
 * {@link dev.afterimage.api.StoreDamagedException} for bytes it cannot trust. Once it can no longer keep its promises (a failed sync, an error after a commit's order
 * was fixed) it reports {@link dev.afterimage.spi.StrategyEvents#failed} and throws {@link dev.afterimage.api.StoreFailedException} from then on;
 * {@link dev.afterimage.spi.RecoveryStrategy#close()} then only lets go of memory and handles and writes nothing.
 */
@NullMarked
package dev.afterimage.spi;

import org.jspecify.annotations.NullMarked;
