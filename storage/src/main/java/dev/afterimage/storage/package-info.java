/** Disks: files and memory. */
@NullMarked
package dev.afterimage.storage;

import org.jspecify.annotations.NullMarked;
