/** Redo log and full-page images. */
@NullMarked
package dev.afterimage.postgresstyle;

import org.jspecify.annotations.NullMarked;
