/**
 * Seeded faults: known mistakes, put into the source of a real strategy one at a time, each of which the kit must catch.
 *
 * <p>A fault is a few replacements of text in the current source, so it cannot outlive the code it was made for: where the text is not there any more, its test says so. The changed files are compiled in
 * memory and loaded, with the rest of the strategy as it is, beside the real one. Nothing in the product knows of it. Assertions are off in what is loaded: what catches a fault is a rule, not the strategy's
 * own suspicion.
 *
 * <p>Extend {@link dev.afterimage.spitests.faults.EverySeededFaultIsCaught} and list the faults. Needs the modules {@code java.compiler} and {@code jdk.compiler} at run time, and the sources.
 */
@NullMarked
package dev.afterimage.spitests.faults;

import org.jspecify.annotations.NullMarked;
