/**
 * Disks: files and memory.
 *
 * <p>A {@link dev.afterimage.storage.FileDisk} is a folder. Everything it does passes through {@link dev.afterimage.storage.SystemCalls}, which is small enough for tests to stand in for a device
 * that is full, writes short or fails to sync. A {@link dev.afterimage.storage.MemoryDisk} keeps the same promises on the heap, short of surviving the process.
 */
@NullMarked
package dev.afterimage.storage;

import org.jspecify.annotations.NullMarked;
