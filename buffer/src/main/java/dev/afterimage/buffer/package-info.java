/**
 * Pages in memory: frames, eviction, the write barrier, torn-page guards.
 *
 * <p>{@link dev.afterimage.buffer.BufferPool} caches pages of any {@link dev.afterimage.buffer.PageSpace} in {@link dev.afterimage.buffer.Frame}s.
 * {@link dev.afterimage.buffer.HomePages} is the space of a store whose pages are overwritten in place under a log; {@link dev.afterimage.buffer.FullPageImage}
 * or {@link dev.afterimage.buffer.DoublewriteBuffer} repairs what a crash tears there. {@link dev.afterimage.buffer.PrivatePages} is the write set of a transaction that must not touch shared pages before it
 * commits. {@link dev.afterimage.buffer.AlternatingBlock} keeps a root or a control block. This module knows no log and no strategy: it calls back through
 * {@link dev.afterimage.buffer.WriteBarrier} and {@link dev.afterimage.buffer.SlotSource}.
 */
@NullMarked
package dev.afterimage.buffer;

import org.jspecify.annotations.NullMarked;
