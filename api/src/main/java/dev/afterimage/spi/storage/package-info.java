/**
 * The disk beneath a store: a flat set of named files, and the few promises we trust it for.
 *
 * <p>What we trust a disk for, once and in full:
 * <ol>
 *   <li>One aligned sector of 512 bytes is written whole or not at all; everything larger may tear at sector boundaries, in any order. Where a sector held nothing but zeros, a torn
 *       write may leave trash in it. A device on which it may do so where something durable was says so: {@link dev.afterimage.spi.storage.DeviceGuarantees#powerSafeOverwrite()}.
 *   <li>What was written before {@link dev.afterimage.spi.storage.DiskFile#sync()} or {@link dev.afterimage.spi.storage.DiskFile#syncData()}
 *       <em>began</em> survives once that call has returned. Until then each sector may hold any version it held since the last sync.
 *   <li>A created, renamed or deleted name survives once {@link dev.afterimage.spi.storage.Disk#syncNames()} has returned; syncing a file does not sync
 *       its name. A rename happens whole or not at all.
 *   <li>A failed sync is final: it says nothing about what reached the disk, and no later sync repairs it.
 *   <li>A lock dies with the process that holds it.
 * </ol>
 */
@NullMarked
package dev.afterimage.spi.storage;

import org.jspecify.annotations.NullMarked;
