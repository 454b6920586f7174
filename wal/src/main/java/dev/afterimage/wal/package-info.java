/** The write-ahead log. */
@NullMarked
package dev.afterimage.wal;

import org.jspecify.annotations.NullMarked;
