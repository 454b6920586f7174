/** Off-heap pages: fixed in size, zeroed, bounds-checked, and loud when used after release. */
@NullMarked
package dev.afterimage.memory;

import org.jspecify.annotations.NullMarked;
