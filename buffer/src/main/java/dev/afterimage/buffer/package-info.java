/** Pages in memory. */
@NullMarked
package dev.afterimage.buffer;

import org.jspecify.annotations.NullMarked;
