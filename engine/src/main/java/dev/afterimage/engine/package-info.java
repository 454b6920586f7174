/** The engine. */
@NullMarked
package dev.afterimage.engine;

import org.jspecify.annotations.NullMarked;
