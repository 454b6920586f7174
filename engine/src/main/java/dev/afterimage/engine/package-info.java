/**
 * The engine: it holds page locks, notes what changed, keeps the map of free pages, and leaves how pages survive a crash to a strategy.
 *
 * <p>Read it in this order: {@link dev.afterimage.engine.AfterimageEngine} opens a store, {@link dev.afterimage.engine.OpenStore} begins transactions,
 * {@link dev.afterimage.engine.OpenTransaction} locks pages ({@link dev.afterimage.engine.PageLocks}), hands out page handles
 * ({@link dev.afterimage.engine.WriteHandle}) that note changes ({@link dev.afterimage.engine.ChangeCapture}), and takes pages from
 * the {@link dev.afterimage.engine.SpaceMap}.
 */
@NullMarked
package dev.afterimage.engine;

import org.jspecify.annotations.NullMarked;
