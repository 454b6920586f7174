/**
 * Watches what a store does with its disk while a scenario runs, and names the call that breaks the protocol.
 *
 * <p>The kit knows no strategy's files. What it does know is every value that it ever put into a page: each is unique ({@link dev.afterimage.spitests.model.PageContent#tag}), so that it can be searched for
 * in the bytes of each write. {@link dev.afterimage.spitests.watch.DurableCopies} keeps, for each value, in how many places it lies durably, whatever a power loss takes;
 * {@link dev.afterimage.spitests.watch.ProtocolWatch} holds that against what the store has promised. A copy that is durable need not be one that recovery can use: what is watched here is necessary, and not
 * sufficient; the crash states are. In return a failure is told at the call that is to blame, not at a recovery that comes to grief later.
 *
 * <p>Only values that fill at least {@value dev.afterimage.spitests.watch.ProtocolWatch#WIDE} slots of a page are watched: a log may split one of several copies between two of its blocks, or two sectors, but not all of them.
 */
@NullMarked
package dev.afterimage.spitests.watch;

import org.jspecify.annotations.NullMarked;
