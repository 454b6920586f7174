/** The afterimage command. */
@NullMarked
package dev.afterimage.cli;

import org.jspecify.annotations.NullMarked;
