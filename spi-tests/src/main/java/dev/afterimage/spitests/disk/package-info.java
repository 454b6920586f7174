/**
 * The simulated disk: it keeps the promises of {@link dev.afterimage.spi.storage}, and not one more.
 *
 * <p>{@link dev.afterimage.spitests.disk.SimulatedDisk} records every call in a {@link dev.afterimage.spitests.disk.DiskTrace};
 * {@link dev.afterimage.spitests.disk.CrashStates} turns a trace into the {@linkplain dev.afterimage.spitests.disk.DiskImage images} that a power loss may leave.
 * Nothing here knows what a store is: any program that writes through a {@link dev.afterimage.spi.storage.Disk} can be judged by it.
 */
@NullMarked
package dev.afterimage.spitests.disk;

import org.jspecify.annotations.NullMarked;
